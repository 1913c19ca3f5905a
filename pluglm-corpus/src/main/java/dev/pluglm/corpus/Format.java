package dev.pluglm.corpus;

/** What a file of a corpus can be. Each may be packed with gzip, bzip2 or zstd. */
public enum Format {
    /** A MediaWiki dump ({@code pages-articles.xml}, multistream too). */
    MEDIAWIKI("MediaWiki dump"),
    /** PubMed or MEDLINE citations. */
    PUBMED("PubMed XML"),
    /** Articles of PubMed Central and other publishers in JATS ({@code .nxml}). */
    JATS("JATS article"),
    /** S2ORC JSON lines: metadata with abstracts, or full texts. */
    S2ORC("S2ORC JSON lines"),
    /** One JSON object a line. */
    JSON_LINES("JSON lines"),
    /** Plain text: a paragraph a line, a blank line between documents. */
    TEXT("plain text"),
    /** LDDL's source files: one document a line, its first word is the id (SPEC 4). */
    SOURCE_LINES("LDDL source lines");

    private final String title;

    Format(String title) {
        this.title = title;
    }

    @Override
    public String toString() {
        return title;
    }
}
