package dev.pluglm.cli;

import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Stack;

/** The files after an option: all words up to the next option, also one that the command does not have. */
final class FileNames implements IParameterConsumer {

    @Override
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
        List<Object> files = new ArrayList<>();
        if (option.getValue() instanceof List<?> before) {
            files.addAll(before);
        }
        int known = files.size();
        boolean paths = option.auxiliaryTypes()[0] == Path.class;
        while (!words.isEmpty() && !isOption(words.peek())) {
            String word = words.pop();
            files.add(paths ? Path.of(word) : word);
        }
        if (files.size() == known) {
            throw new MissingParameterException(command.commandLine(), option,
                    "Missing required parameter for option '%s' (%s)".formatted(
                            ((OptionSpec) option).longestName(), option.paramLabel()));
        }
        option.setValue(files);
    }

    /** A dash alone is the usual name of standard input. */
    private static boolean isOption(String word) {
        return word.startsWith("-") && word.length() > 1;
    }
}
