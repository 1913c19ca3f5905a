package dev.pluglm.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields of a configuration as options of a command, as their one definition describes them.
 *
 * @param fields by name, with their descriptions
 * @param lists names of those that may be given several times
 */
record ConfigOptions(Map<String, String> fields, Set<String> lists) {
    private static final String HEADING = "%nFields of CONFIG:%n";

    /** Adds the options, each also as the published code writes it, with underscores. */
    CommandSpec addTo(CommandSpec command) {
        ArgGroupSpec.Builder group = ArgGroupSpec.builder().heading(HEADING).order(1).validate(false);
        fields.forEach((name, description) -> {
            String flag = flag(name);
            group.addArg(option(name, flag).description(description.replace("%", "%%")).build());
            if (!flag.equals("--" + name)) {
                command.addOption(option(name, "--" + name).hidden(true).build());
            }
        });
        return command.addArgGroup(group.build());
    }

    private OptionSpec.Builder option(String name, String flag) {
        OptionSpec.Builder option = OptionSpec.builder(flag).paramLabel("VALUE");
        return lists.contains(name)
                ? option.type(List.class).auxiliaryTypes(String.class)
                : option.type(String.class);
    }

    private static String flag(String field) {
        return "--" + field.replace('_', '-');
    }

    /** The values that were given, by the names of their fields, to be read as YAML. */
    Map<String, String> given(CommandSpec command) {
        Map<String, String> given = new LinkedHashMap<>();
        fields.keySet().forEach(name -> {
            for (String written : List.of("--" + name, flag(name))) {
                Object value = command.findOption(written).getValue();
                if (value instanceof List<?> several) {
                    given.put(name, several.stream().map(ConfigOptions::quoted)
                            .collect(Collectors.joining(",", "[", "]")));
                } else if (value != null) {
                    given.put(name, value.toString());
                }
            }
        });
        return given;
    }

    private static String quoted(Object text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text.toString())) + '"';
    }
}
