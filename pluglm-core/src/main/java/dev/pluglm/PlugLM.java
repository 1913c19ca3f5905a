package dev.pluglm;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.PassageMemory;
import dev.pluglm.memory.PassageView;
import dev.pluglm.memory.PluggedMemories;
import dev.pluglm.memory.TextEncoder;
import dev.pluglm.model.Input;
import dev.pluglm.model.Memory;
import dev.pluglm.model.Pass;
import dev.pluglm.model.PlugLMModel;
import dev.pluglm.model.Task;
import dev.pluglm.model.ValueType;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A model with memories plugged in.
 *
 * <pre>{@code
 * try (PlugLM model = PlugLM.load(Path.of("model")).plug(Path.of("memory"))) {
 *     Filled filled = model.fill("The capital of France is [MASK].", 5);
 *     filled.predictions().forEach(System.out::println);
 *     filled.evidence().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>Predictions may run on several threads at once; each sees the memories as the last edit left them.
 */
public final class PlugLM implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Tokenizer tokenizer;
    private Optional<PassageMemory> memory = Optional.empty();

    private PlugLM(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.tokenizer = Tokenizer.of(checkpoint.vocabulary());
    }

    /** Loads a model directory, in fp32, on the CPU. */
    public static PlugLM load(Path directory) {
        return load(directory, "cpu", Precision.FP32);
    }

    /**
     * Loads a model directory.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws Problem if there is no model, it is damaged, or the device cannot be used
     */
    public static PlugLM load(Path directory, String device, Precision precision) {
        return of(Checkpoint.read(directory, Torch.device(device), precision));
    }

    /** A model that is in memory already; closed with this object. */
    public static PlugLM of(Checkpoint checkpoint) {
        return new PlugLM(checkpoint);
    }

    /**
     * Plugs memories from the disk in, in place of what was plugged before; none to predict without.
     *
     * @throws Problem if the model has no memory layers, or one is not a memory, or was made with another encoder than
     *     this model's
     */
    public PlugLM plug(Path... directories) {
        if (directories.length > 0 && model().config().numMemoryLayers() == 0) {
            throw new Problem("this model has no memory layers, so no memory can be plugged in");
        }
        List<PassageMemory> opened = new ArrayList<>();
        try {
            for (Path directory : directories) {
                PassageMemory store = MemoryStore.openForReading(directory);
                opened.add(store);
                requireFit(store, directory.toString());
            }
            plug(opened);
            return this;
        } catch (RuntimeException e) {
            opened.forEach(PassageMemory::close);
            throw e;
        }
    }

    /** Plugs memories in, in place of what was plugged before; they are closed with the model. */
    public PlugLM plug(List<? extends PassageMemory> memories) {
        Optional<PassageMemory> together =
                memories.isEmpty() ? Optional.empty() : Optional.of(PluggedMemories.of(memories));
        memory.ifPresent(PassageMemory::close);
        memory = together;
        return this;
    }

    /** What is plugged in, all of it together; empty if nothing is. Closed with the model, or by the next plugging. */
    public Optional<PassageMemory> memory() {
        return memory;
    }

    private void requireFit(PassageMemory store, String directory) {
        try (PassageView view = store.view()) {
            Optional<String> made = view.encoderFingerprint();
            Optional<String> ours = model().memoryEncoderFingerprint();
            if (made.isPresent() && ours.isPresent() && !made.equals(ours)) {
                throw Problem.of(
                        "%s: was made with the encoder %.12s, but this model's is %.12s; "
                                + "pluglm memory reencode %s --model MODEL makes it fit",
                        directory, made.get(), ours.get(), directory);
            }
        }
    }

    /** The model with its vocabulary, as it can be written; closed with this object. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** The model itself. */
    public PlugLMModel model() {
        return checkpoint.model();
    }

    /** Turns texts into this model's tokens, valid while the model is open. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * What this model's memories are made with, valid while the model is open.
     *
     * @throws Problem if the model has no encoder that memories could be made with
     */
    public TextEncoder encoder() {
        return new TextEncoder(tokenizer, model().memoryEncoder().orElseThrow(() -> new Problem(
                model().config().numMemoryLayers() == 0
                        ? "this model has no memory layers, so memories are of no use to it; pluglm model import makes a "
                                + "model with memory layers of it"
                        : "this model has no encoder that memories could be made with; use the pre-trained model that "
                                + "it comes from")));
    }

    /** Fills the masks of a text. */
    public Filled fill(String text, int best) {
        return fill(text, best, Set.of());
    }

    /**
     * Fills the masks of a text.
     *
     * @param text with one {@code [MASK]} or more
     * @param best how many tokens to give for each mask, at least 1
     * @param without ids of passages that shall not be found, whichever memory they are in
     * @throws Problem if the text has no mask or is too long, an id is nowhere, or the model fills no masks
     */
    public Filled fill(String text, int best, Set<String> without) {
        if (model().config().task() != Task.MASKED_LM) {
            throw Problem.of("this model was made for %s; only a masked-LM model fills masks",
                    model().config().task().name().toLowerCase(Locale.ROOT));
        }
        Tokens tokens = tokenizer.encode(text, Integer.MAX_VALUE);
        int mask = checkpoint.vocabulary().mask();
        int[] masked = IntStream.range(0, tokens.length()).filter(i -> tokens.ids()[i] == mask).toArray();
        if (masked.length == 0) {
            throw Problem.of("the text has no [MASK] to fill: \"%s\"", text);
        }
        int longest = model().config().maxPositionEmbeddings();
        if (tokens.length() > longest) {
            throw Problem.of("the text has %d tokens, but the model reads %d at most", tokens.length(), longest);
        }
        if (without.isEmpty()) {
            return inView(view -> fill(tokens, masked, best, view));
        }
        return inView(all -> {
            try (PassageView some = all.orElseThrow(() -> notThere(without)).without(without)) {
                if (some.size() + without.size() > all.get().size()) {
                    throw notThere(without);
                }
                return fill(tokens, masked, best, Optional.of(some));
            }
        });
    }

    private Filled inView(Function<Optional<PassageView>, Filled> look) {
        if (memory.isEmpty()) {
            return look.apply(Optional.empty());
        }
        try (PassageView view = memory.get().view()) {
            return look.apply(Optional.of(view));
        }
    }

    private static Problem notThere(Set<String> ids) {
        return Problem.of("the memories that are plugged in do not hold all of these passages: %s",
                ids.stream().sorted().collect(Collectors.joining(", ")));
    }

    private Filled fill(Tokens tokens, int[] masked, int best, Optional<PassageView> view) {
        EvidenceTrace trace = new EvidenceTrace(view, masked,
                model().config().valueType() == ValueType.TOKENS ? Optional.of(tokenizer::token) : Optional.empty());
        List<List<Prediction>> masks = Scope.withoutGradients(() -> {
            Pass pass = view.map(Pass::prediction)
                    .orElseGet(() -> Pass.prediction(Memory.empty().view()))
                    .watchedBy(trace);
            Tensor states = model().states(
                    Input.of(new int[][] {tokens.ids()}, model().config().padTokenId()), pass); // [1, length, hidden]
            Tensor places = Tensors.on(
                    model().device(), Tensors.of(Arrays.stream(masked).asLongStream().toArray(), masked.length));
            Tensor logits = model().logits(torch.index_select(states.squeeze(0), 0, places), pass);
            return best(Tensors.floats(torch.softmax(logits, -1)), masked.length, best);
        });
        return new Filled(masks, trace.evidence());
    }

    private List<List<Prediction>> best(float[] probabilities, int masks, int best) {
        int words = probabilities.length / masks;
        return IntStream.range(0, masks)
                .mapToObj(m -> IntStream.range(0, words)
                        .boxed()
                        .sorted((a, b) -> Float.compare(probabilities[m * words + b], probabilities[m * words + a]))
                        .limit(best)
                        .map(id -> new Prediction(tokenizer.token(id), probabilities[m * words + id]))
                        .toList())
                .toList();
    }

    @Override
    public void close() {
        memory.ifPresent(PassageMemory::close);
        tokenizer.close();
        checkpoint.close();
    }
}
