package dev.pluglm.cli;

import dev.pluglm.checkpoint.Checkpoint;
import dev.pluglm.checkpoint.ModelCompression;
import dev.pluglm.checkpoint.Rounding;
import dev.pluglm.checkpoint.WeightFormat;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

@Command(name = "compress",
        header = "Store a model in fewer bytes.",
        description = {"", "TARGET is the same model with its weights rounded: to fp16, or its matrices to int8 with a"
                + " scale for each row and the rest to fp16. Weights that are the same are stored once. It is used as any"
                + " other model is and computes in fp32; what is trained from it is saved in fp32.",
            "", "What memories are made with is rounded too, so memories of SOURCE have to be encoded again for TARGET.",
            "", "Prints by how much weights changed, each in relation to the largest number of its row."},
        footer = {"", "Example:", "  pluglm model compress bert small --weights int8"})
final class ModelCompress extends Action {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "The model directory.")
    private Path source;

    @Parameters(index = "1", paramLabel = "TARGET", description = "The model directory to make; must not exist.")
    private Path target;

    @Option(names = "--weights", paramLabel = "TYPE", required = true, description = "int8, or fp16.")
    private String weights;

    @Option(names = "--zip", description = "Put the weights into a zip, too: about a tenth less for int8; takes longer to"
            + " load.")
    private boolean zipped;

    @Override
    int run(Console console) {
        WeightFormat format = format();
        Optional<String> before;
        Rounding rounding;
        try (Checkpoint model = Checkpoint.read(source)) {
            before = model.model().memoryEncoderFingerprint();
            rounding = ModelCompression.write(model, format, zipped, target);
        }
        try (Checkpoint written = Checkpoint.read(target)) {
            print(console, format, rounding, before, written.model().memoryEncoderFingerprint());
        }
        return Cli.OK;
    }

    private WeightFormat format() {
        try {
            WeightFormat format = WeightFormat.of(weights);
            if (format != WeightFormat.FP32) {
                return format;
            }
        } catch (Problem unknown) {
            throw new BadUsage("--weights " + weights + " is not known; use int8 or fp16");
        }
        throw new BadUsage("--weights fp32 saves nothing; use int8 or fp16");
    }

    private void print(
            Console console, WeightFormat format, Rounding rounding, Optional<String> before, Optional<String> after) {
        long old = Checkpoint.size(source);
        long size = Checkpoint.size(target);
        if (console.isJson()) {
            Map<String, Object> object = Console.fields("model", source.toString(), "compressed",
                    target.toString(), "weights", format.toString(), "bytes_before", old, "bytes", size);
            object.put("rounding_mean", rounding.mean());
            object.put("rounding_largest", rounding.largest());
            object.put("rounding_largest_in", rounding.where());
            object.put("memories_still_fit", before.equals(after));
            console.json(object);
            return;
        }
        console.line("compressed %s to %s: %s, %s instead of %s".formatted(source, target, format,
                MemoryStatistics.size(size), MemoryStatistics.size(old)));
        console.line("rounding of each weight, where 1 is the largest of its row: " + rounding);
        console.line(before.equals(after)
                ? "memories of %s fit it as well".formatted(source)
                : "next: encode memories for it, with pluglm memory reencode MEMORY --model " + target);
    }
}
