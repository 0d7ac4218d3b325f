"""Words of goods in other languages, on the row itself: no page pays a query more."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

Texts = dict[str, dict[str, str]]
"""Language to field to words, without what is not translated."""


def list_other_languages() -> dict[str, str]:
    """Return the languages of pages besides the one that goods are written in."""
    return {
        code: str(name)
        for code, name in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE
    }


class Worded(models.Model):
    """A row with words for shoppers, which may stand in other languages as well."""

    WORDS: ClassVar[tuple[str, ...]] = ()

    texts = models.JSONField(
        _("texts in other languages"), default=dict, blank=True, editable=False
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Keep only texts of the right shape.

        Raises:
            ValidationError: they are not, or one is longer than its field.
        """
        super().clean()
        self.texts = self.clean_texts(self.texts)

    @classmethod
    def clean_texts(cls, texts: object) -> Texts:
        """Return texts without spaces around them and without empty ones.

        Raises:
            ValidationError: another shape, language or field, or too long a text.
        """
        if not isinstance(texts, Mapping):
            raise ValidationError(_("Texts are kept by language."))
        languages = list_other_languages()
        cleaned: Texts = {}
        for language, words in texts.items():
            if language not in languages or not isinstance(words, Mapping):
                raise ValidationError(_("Pages have no such language."))
            said = {name: cls._clean_words(name, text) for name, text in words.items()}
            cleaned[language] = {name: text for name, text in said.items() if text}
        return {language: words for language, words in cleaned.items() if words}

    @classmethod
    def _clean_words(cls, name: str, text: Any) -> str:
        if name not in cls.WORDS or not isinstance(text, str) or "\x00" in text:
            raise ValidationError(_("There is no such text."))
        most = getattr(cls._meta.get_field(name), "max_length", None)
        stripped = text.strip()
        if most is not None and len(stripped) > most:
            raise ValidationError(_("A text is too long."))
        return stripped

    def words(self, name: str, language: str | None = None) -> str:
        """Return a text in a language, the reader's unless told; else as written."""
        own: Mapping[str, str] = self.texts.get(language or get_language() or "", {})
        return own.get(name) or str(getattr(self, name))

    def list_words(self, name: str) -> dict[str, str]:
        """Return a text in all the languages that it was translated to."""
        return {
            language: words[name]
            for language, words in self.texts.items()
            if name in words
        }
