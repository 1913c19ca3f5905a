package dev.pluglm.cli;

import picocli.CommandLine.Command;

/** Everything about texts to learn from. */
@Command(name = "corpus",
        header = "Turn dumps of Wikipedia, PubMed and others into documents, passages and training samples.",
        description = {"", "Reads MediaWiki dumps, PubMed and JATS XML, S2ORC and other JSON lines, and plain text,"
                + " packed with gzip, bzip2, zstd or not at all. A record that cannot be read is counted, shown and"
                + " skipped; a damaged file stops the command, and nothing is written then."},
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CorpusDocuments.class, CorpusPassages.class, CorpusTokens.class, CorpusShards.class, CorpusBalance.class,
            CorpusInfo.class
        })
final class CorpusCommand extends Group {}
