"""Static files by names that hold the hash of what is in them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = ("catalog", "creators", "livestreams", "orders", "shopfront")
IMPORT = r"""(?P<matched>(?P<how>from|import) "(?P<url>\.\.?/[^"]+\.js)";)"""


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names our modules in each other's imports as pages name them.

    A module that a page names by its hash and another by its plain name is two modules
    to a browser, and what it listens to happens twice. Packages' files stay as they
    are: what looks like an import in them need not be one.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((f"{one}/*.js", ((IMPORT, '%(how)s "%(url)s";'),)) for one in OURS),
    )
