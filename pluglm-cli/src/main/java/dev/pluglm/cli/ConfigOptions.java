package dev.pluglm.cli;

import dev.pluglm.training.ConfigFile;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields of a configuration as options of a command, as their one definition describes them.
 *
 * @param lists names of those that may be given several times
 * @param switches names of those that are true where they are given without a value
 * @param texts names of those whose value is no YAML
 */
record ConfigOptions(Map<String, String> fields, Set<String> lists, Set<String> switches, Set<String> texts) {
    private static final String HEADING = "%nFields of CONFIG:%n";

    static ConfigOptions of(ConfigFile<?> file) {
        return new ConfigOptions(file.fields(), file.lists(), file.switches(), file.texts());
    }

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
        if (switches.contains(name)) {
            return OptionSpec.builder(flag).arity("0..1").paramLabel("false").type(Boolean.class).fallbackValue("true");
        }
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
        values(command).forEach((name, value) -> given.put(name, switch (value) {
            case List<?> several -> several.stream().map(ConfigOptions::quoted)
                    .collect(Collectors.joining(",", "[", "]"));
            case String text when texts.contains(name) -> quoted(text);
            default -> value.toString();
        }));
        return given;
    }

    /** The options that were given, to be given again. */
    List<String> line(CommandSpec command) {
        List<String> line = new ArrayList<>();
        values(command).forEach((name, value) -> (value instanceof List<?> several ? several : List.of(value))
                .forEach(each -> line.add("--" + name + "=" + each)));
        return line;
    }

    private Map<String, Object> values(CommandSpec command) {
        Map<String, Object> values = new LinkedHashMap<>();
        fields.keySet().forEach(name -> {
            for (String written : List.of("--" + name, flag(name))) {
                Object value = command.findOption(written).getValue();
                if (value != null) {
                    values.put(name, value);
                }
            }
        });
        return values;
    }

    private static String quoted(Object text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text.toString())) + '"';
    }
}
