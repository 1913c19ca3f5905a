package dev.pluglm.cli;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.corpus.Format;
import dev.pluglm.corpus.ReadOptions;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The corpus that a command line names. */
final class CorpusInput {
    private static final String FORMATS = "mediawiki, pubmed, jats, s2orc, json-lines, text, source-lines";

    @Parameters(arity = "1..*", paramLabel = "INPUT",
            description = "Files, directories (all files in them) and patterns such as \"dumps/*.bz2\".")
    private List<String> names;

    @Option(names = "--format", paramLabel = "FORMAT", converter = FormatName.class,
            description = "What all files are: " + FORMATS + ". If left out, each file's content tells.")
    private Format format;

    @Option(names = "--text-field", paramLabel = "NAME", defaultValue = "text",
            description = "The field of a JSON line that holds its text (default: text).")
    private String textField;

    @Option(names = "--disambiguation-pages",
            description = "Take Wikipedia's lists of meanings for documents as well.")
    private boolean disambiguationPages;

    Corpus corpus() {
        return Corpus.of(names);
    }

    List<String> names() {
        return names;
    }

    ReadOptions options() {
        ReadOptions options = ReadOptions.defaults().withTextField(textField)
                .withDisambiguationPages(disambiguationPages);
        return Optional.ofNullable(format).map(options::withFormat).orElse(options);
    }

    /** Formats by the names that the help gives. */
    static final class FormatName implements ITypeConverter<Format> {
        @Override
        public Format convert(String value) {
            return Arrays.stream(Format.values()).filter(it -> name(it).equals(value.toLowerCase(Locale.ROOT)))
                    .findAny().orElseThrow(() ->
                            new TypeConversionException("'" + value + "' is no format; expected one of "
                                    + Arrays.stream(Format.values()).map(FormatName::name)
                                            .collect(Collectors.joining(", "))));
        }

        static String name(Format format) {
            return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
