from django.db import migrations, models

# Clips whose picture was found offensive before play no more from now on.
TAKE_DOWN = """
UPDATE livestreams_clip AS clip SET state = 'down'
FROM livestreams_veiledpicture AS picture
WHERE picture.clip_id = clip.id AND picture.state = 'removed'
    AND clip.state = 'ready' AND clip.cover = picture.veil
"""
PUT_BACK = "UPDATE livestreams_clip SET state = 'ready' WHERE state = 'down'"


class Migration(migrations.Migration):
    dependencies = [("livestreams", "0033_appeal_reported_pictures")]

    operations = [
        migrations.AlterField(
            model_name="clip",
            name="state",
            field=models.CharField(
                choices=[
                    ("making", "Being made"),
                    ("ready", "Ready"),
                    ("failed", "Failed"),
                    ("down", "Taken down"),
                    ("removed", "Removed"),
                ],
                default="making",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RunSQL(TAKE_DOWN, PUT_BACK),
    ]
