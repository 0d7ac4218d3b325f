from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creators", "0011_let_creators_choose_letters"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mutednotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("offer", "A brand makes me an offer"),
                    ("briefing", "Wishes for a show of mine wait for an answer"),
                    ("funded", "The guarantee of a show of mine is paid in"),
                    ("report", "The report of a show of mine is ready"),
                ],
                max_length=10,
                verbose_name="letter",
            ),
        ),
    ]
