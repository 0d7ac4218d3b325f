"""Letters have one kind of name, by which mail programs drop a second one."""

from django.test import override_settings

from shopfront.common.letters import name_letter


@override_settings(SITE_URL="https://shop.example:8443")
def test_a_letter_is_named_by_what_it_is_and_the_sites_host() -> None:
    assert name_letter("moved-7:2") == {"Message-ID": "<moved-7-2@shop.example>"}
    named = name_letter("loss-7-ada@mail.example")["Message-ID"]
    assert named.count("@") == 1
