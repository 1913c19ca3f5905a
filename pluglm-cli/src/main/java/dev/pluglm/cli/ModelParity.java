package dev.pluglm.cli;

import dev.pluglm.parity.Parity;
import dev.pluglm.parity.ParityResult;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

@Command(name = "parity",
        header = "Compare with numbers that the published code computed.",
        description = {"", "DIR is a folder of cases, or one case: config.json, model.pt, keys.npy, values.npy,"
                + " documents.npy, expected.json, expected.safetensors. Prints a line for each case with its largest"
                + " differences; the exit code is 1 if any is out of tolerance, unreadable or missing."})
final class ModelParity extends Action {
    @Parameters(index = "0", paramLabel = "DIR", description = "The cases.")
    private Path directory;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "fp32", converter = ToPrecision.class,
            description = "fp32, or bf16 to see its error in evaluation (default: fp32).")
    private Precision precision;

    @Mixin
    private ModelOptions options;

    @Override
    int run(Console console) {
        options.start();
        int code = Cli.OK;
        for (Path each : Parity.cases(directory)) {
            ParityResult result = Parity.run(each, precision);
            console.result(() -> text(result), () -> json(result));
            code = result.isEqual() ? code : Cli.FAILURE;
        }
        return code;
    }

    private static String text(ParityResult result) {
        String numbers = result.problem().isEmpty()
                ? result.differences().stream().map(ModelParity::text).collect(Collectors.joining(", "))
                : result.problem();
        return "%-4s  %-28s  %s".formatted(result.isEqual() ? "ok" : "FAIL", result.name(), numbers);
    }

    private static String text(ParityResult.Difference difference) {
        String number = difference.kind().equals("retrieved")
                ? "%.0f other rows".formatted(difference.largest())
                : String.format(Locale.ROOT, "%s %.1e", difference.kind(), difference.largest());
        return difference.isTolerated()
                ? number
                : String.format(Locale.ROOT, "%s (%.3g times what is tolerated, in %s)",
                        number, difference.share(), difference.where());
    }

    private static Map<String, Object> json(ParityResult result) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("case", result.name());
        object.put("ok", result.isEqual());
        if (!result.problem().isEmpty()) {
            object.put("problem", result.problem());
        }
        object.put("differences", result.differences().stream().map(difference -> Console.fields(
                "kind", difference.kind(),
                "largest", difference.largest(),
                "share_of_tolerance", difference.share(),
                "where", difference.where())).toList());
        return object;
    }
}
