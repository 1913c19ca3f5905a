package dev.pluglm.cli;

import dev.pluglm.checkpoint.MemoryArrays;
import dev.pluglm.memory.Edit;
import dev.pluglm.memory.MemoryStore;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

@Command(name = "import",
        header = "Make a memory from arrays, as the published PlugLM code keeps it, without encoding anything.",
        description = {"", "Reads keys.npy, values.npy, documents.npy and, where they are there, texts.jsonl and"
                + " memory.json in FOLDER; the options name other files. With --model, some passages are encoded to see"
                + " that the keys are this model's, and missing texts are made from the tokens."},
        footer = {"", "Examples:", "  pluglm memory import facts exported",
            "  pluglm memory import wiki dump --documents tokenized_wiki.npy --model pluglm-1m"})
final class MemoryImport extends MemoryAction {
    @Parameters(index = "1", arity = "0..1", paramLabel = "FOLDER", description = "Where the files are.")
    private Path folder = Path.of("");

    @Option(names = "--keys", paramLabel = "FILE", description = "Keys, [passages, key size].")
    private Path keys;

    @Option(names = "--values", paramLabel = "FILE", description = "Values, [passages, value size].")
    private Path values;

    @Option(names = "--documents", paramLabel = "FILE", description = "Token ids, [passages, length], padded with 0.")
    private Path documents;

    @Option(names = "--texts", paramLabel = "FILE", description = "The passages as JSON lines, in the same order.")
    private Path texts;

    @Option(names = {"-m", "--model"}, paramLabel = "MODEL", description = "The model that made the keys and values.")
    private Path modelPath;

    @Option(names = "--name", paramLabel = "NAME", description = "What evidence calls the memory.")
    private String name;

    @Mixin
    private ModelOptions modelOptions;

    @Override
    int run(Console console) {
        try (MemoryArrays arrays = MemoryArrays.open(new MemoryArrays.Parts(
                file(keys, MemoryArrays.KEYS), optional(values, MemoryArrays.VALUES),
                file(documents, MemoryArrays.DOCUMENTS), optional(texts, MemoryArrays.TEXTS),
                optional(null, MemoryArrays.ABOUT)))) {
            if (modelPath == null) {
                return make(console, arrays, Optional.empty());
            }
            try (OpenModel model = OpenModel.open(modelPath, modelOptions)) {
                arrays.requireMadeWith(model.encoder());
                return make(console, arrays, Optional.of(model));
            }
        }
    }

    private int make(Console console, MemoryArrays arrays, Optional<OpenModel> model) {
        String called = Optional.ofNullable(name).or(arrays::name)
                .orElseGet(() -> MemoryCreate.name(null, directory));
        AtomicReference<Edit> made = new AtomicReference<>();
        try (Progress progress = console.progress("importing", "passages", OptionalLong.of(arrays.size()))) {
            Consumer<MemoryStore> fill = store -> {
                if (arrays.size() > 0) {
                    made.set(store.addEntries(arrays.entries(model.map(OpenModel::tokenizer)), progress::to));
                }
            };
            if (model.isPresent()) {
                MemoryStore.create(directory, called, model.get().encoder(), fill);
            } else {
                MemoryStore.create(directory, called, arrays.shape(), fill);
            }
        }
        if (made.get() == null) {
            console.result(() -> "made the memory '%s' in %s with 0 passages".formatted(called, directory),
                    () -> Console.fields("passages", 0));
        } else {
            MemoryCreate.printMade(console, called, directory, made.get());
        }
        return Cli.OK;
    }

    private Path file(Path given, String usual) {
        return given == null ? folder.resolve(usual) : given;
    }

    private Optional<Path> optional(Path given, String usual) {
        return Optional.ofNullable(given).or(() ->
                Optional.of(folder.resolve(usual)).filter(java.nio.file.Files::exists));
    }
}
