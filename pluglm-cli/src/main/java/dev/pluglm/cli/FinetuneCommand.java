package dev.pluglm.cli;

import dev.pluglm.task.TaskKind;

import picocli.CommandLine.Command;

/** Fine-tuning, a command for each kind of task. */
@Command(name = "finetune",
        header = "Fine-tune a model for a task, with or without memories.",
        synopsisSubcommandLabel = "TASK",
        subcommands = {
            FinetuneCommand.Classify.class, FinetuneCommand.Regress.class, FinetuneCommand.Ner.class,
            FinetuneCommand.Qa.class, FinetuneCommand.YesNo.class
        })
final class FinetuneCommand extends Group {

    @Command(name = "classify",
            header = "One of several labels for a text or a pair of texts, or with --multi-label any number.",
            modelTransformer = FinetuneAction.Fields.class,
            footer = {"", "Example:",
                "  pluglm finetune classify --model bert --train-file train.csv --dev-file dev.csv --output-dir run"})
    static final class Classify extends FinetuneAction {
        @Override
        TaskKind kind() {
            return TaskKind.CLASSIFY;
        }
    }

    @Command(name = "regress",
            header = "A number for a text or a pair of texts.",
            modelTransformer = FinetuneAction.Fields.class,
            footer = {"", "Example:",
                "  pluglm finetune regress --model bert --train-file train.tsv --dev-file dev.tsv --output-dir run"})
    static final class Regress extends FinetuneAction {
        @Override
        TaskKind kind() {
            return TaskKind.REGRESS;
        }
    }

    @Command(name = "ner",
            header = "Named entities in sentences (CoNLL columns or JSON lines).",
            modelTransformer = FinetuneAction.Fields.class,
            footer = {"", "Example:",
                "  pluglm finetune ner --model bert --train-file train.txt --dev-file dev.txt --output-dir run"})
    static final class Ner extends FinetuneAction {
        @Override
        TaskKind kind() {
            return TaskKind.NER;
        }
    }

    @Command(name = "qa",
            header = "The piece of a text that answers a question (SQuAD, BioASQ factoid).",
            modelTransformer = FinetuneAction.Fields.class,
            footer = {"", "Example:",
                "  pluglm finetune qa --model bert --train-file train.json --dev-file dev.json --output-dir run"})
    static final class Qa extends FinetuneAction {
        @Override
        TaskKind kind() {
            return TaskKind.QA;
        }
    }

    @Command(name = "yesno",
            header = "Whether a text answers a question with yes (BoolQ, PubMedQA, BioASQ).",
            modelTransformer = FinetuneAction.Fields.class,
            footer = {"", "Example:",
                "  pluglm finetune yesno --model bert --train-file train.jsonl --dev-file dev.jsonl --output-dir run"})
    static final class YesNo extends FinetuneAction {
        @Override
        TaskKind kind() {
            return TaskKind.YESNO;
        }
    }
}
