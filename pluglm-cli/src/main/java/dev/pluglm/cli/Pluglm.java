package dev.pluglm.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** The root of all commands. */
@Command(name = "pluglm",
        header = "A language model that keeps its knowledge in a memory you can plug, edit and inspect.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Pluglm.Version.class,
        subcommands = {
            DemoAction.class, FillAction.class, PredictAction.class, ProbeAction.class, EvaluateCommand.class,
            FinetuneCommand.class, PretrainAction.class, ModelCommand.class, MemoryCommand.class, CorpusCommand.class
        },
        footer = {"", "Exit codes: 0 all went well, 1 a failure, 2 bad usage."})
final class Pluglm extends Group {
    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    private boolean version;

    /** The version that Maven wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String built = Pluglm.class.getPackage().getImplementationVersion();
            return new String[] {
                "pluglm " + (built == null ? "(not built by Maven)" : built) + ", Java " + Runtime.version()
            };
        }
    }
}
