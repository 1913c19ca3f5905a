package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Pickles written by hand, opcode by opcode; ISO 8859-1 characters stand for bytes. */
class HostilePickleTest {
    private static final String STORAGE = "(U\u0007storagectorch\nFloatStorage\nU\u00010U\u0003cpuK\u0006tQ";
    private static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n";
    private static final String REFUSAL =
            "', which is not on the list of what a checkpoint may hold; nothing was executed";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "os|system", "posix|system", "builtins|eval", "builtins|exec", "__builtin__|getattr", "subprocess|Popen",
        "torch|load", "torch.hub|load", "torch._utils|_rebuild_qtensor", "collections|Counter",
        "numpy.core.multiarray|scalar",
        "torch.storage|_load_from_bytes", "pickle|loads", "runpy|_run_code"})
    void everyNameOutsideOfTheListIsRefusedInEveryWayToSayIt(String module, String name) throws IOException {
        String expected = "names '" + module + "." + name + REFUSAL;
        refused("\u0080\u0002c" + module + "\n" + name + "\nU\u0004trueR.", expected);
        refused("\u0080\u0004" + shortText(module) + shortText(name) + "\u0093U\u0004true\u0085R.", expected);
        refused("(U\u0004truei" + module + "\n" + name + "\n.", expected);
        refused("\u0080\u0002}U\u0001a" + "c" + module + "\n" + name + "\n)\u0081s.", expected);
    }

    @Test
    void aNameWithUnprintableCharactersCannotForgeASecondLine() throws IOException {
        refused("\u0080\u0004" + shortText("os\nfake: line\u001b[31m") + shortText("system") + "\u0093.",
                "'os\\u000afake: line\\u001b[31m.system'");
    }

    /** Pickle and message, with a bar between. */
    private static final List<String> WRONG = List.of(
        "ccollections\nOrderedDict\n(K\u0001tR.|calls collections.OrderedDict",
        "ctorch\nFloatStorage\n)R.|calls the name torch.FloatStorage",
        "K\u0001)R.|calls an int",
        "ccollections\nOrderedDict\nK\u0001R.|calls something with an int",
        "c_codecs\nencode\nU\u0001aU\u0004utf8\u0086R.|calls _codecs.encode",
        "K\u0001.|holds an int, expected a dict of tensors",
        "].|holds a list, expected a dict",
        "}.|has no tensors",
        "}U\u0005model}s.|has no tensors under [model]",
        "}U\u0001aK\u0001U\u0001bK\u0002.|has more than one value",
        "}U\u0001aK\u0001sU\u0001a.|has more than one value",
        ".|takes a value from an empty stack",
        "(.|takes a value from an empty stack",
        "s.|takes 2 values from a stack of 0",
        "]K\u0001K\u0002s.|puts keys and values into a list",
        "}(K\u0001u.|expected pairs into a dict",
        "}]K\u0001s.|has a list as the key of a dict",
        "})K\u0001s.|has a tuple as the key of a dict",
        "}K\u0001N(K\u0001u.|puts keys and values into None",
        "}(U\u0001aK\u0001U\u0001aK\u0002u.|has the key 'a' twice",
        "}K\u0001a.|appends to a dict",
        "K\u0001}b.|sets attributes of an int",
        "h\u0005.|refers to value 5",
        "j\u00ff\u00ff\u00ff\u00ff.|refers to value 4294967295",
        "g-1\n.|has '-1' where a number was expected",
        "p99999999999999999999\n.|where a number was expected",
        "e.|goes back to a mark that is not there",
        "U\u0001\u00ff.|is not valid UTF-8",
        "\u008b\u00ff\u00ff\u00ff\u007f.|says at byte 5 that an int takes 2147483647 bytes",
        "\u008b\u00ff\u00ff\u00ff\u00ff.|that an int takes 18446744073709551615 bytes",
        "X\u00ff\u00ff\u00ff\u00ff.|that a text takes 4294967295 bytes",
        "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.|that a text takes 9223372036854775807 bytes",
        "B\u0000\u0000\u0000\u0001.|where 16777216 more bytes were expected",
        "Ix\n.|has 'x' where a number was expected",
        "S'a\\x41'\n.|expected one without escapes",
        "\u0080\u0006.|of protocol 6",
        "\u0082\u0001.|has the pickle opcode 0x82",
        "Pos.system\n.|has the pickle opcode 0x50",
        "\u0097.|has the pickle opcode 0x97");

    @ParameterizedTest
    @FieldSource("WRONG")
    void aPickleThatIsWrongIsRefusedWithItsPlace(String pickleAndMessage) throws IOException {
        int bar = pickleAndMessage.lastIndexOf('|');
        refused(pickleAndMessage.substring(0, bar), pickleAndMessage.substring(bar + 1));
    }

    @Test
    void aTensorThatReachesOutsideOfItsStorageIsRefused() throws IOException {
        tensorRefused("K\u0001", "K\u0006\u0085", "K\u0001\u0085", "reaches outside of its storage of 6 numbers");
        tensorRefused("K\u0000", "K\u0002K\u0003\u0086", "K\u0004K\u0001\u0086", "reaches outside of its storage");
        tensorRefused("J\u00ff\u00ff\u00ff\u00ff", "K\u0001\u0085", "K\u0001\u0085", "offset -1");
        tensorRefused("K\u0005", "K\u0002\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085", "strides [-1]");
        tensorRefused("K\u0000", "J\u00ff\u00ff\u00ff\u00ff\u0085", "K\u0001\u0085", "no tensor can have");
        tensorRefused("K\u0000", "K\u0002\u0085", ")", "no tensor can have");
        String big = "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f";
        tensorRefused("K\u0000", big + big + "\u0086", "K\u0000K\u0000\u0086", "no tensor can have");
        tensorRefused("K\u0000", "K\u0002\u0085", big + "\u0085", "reaches outside");
        tensorRefused(big, "K\u0001\u0085", "K\u0001\u0085", "reaches outside");
        String billion = "J\u0000\u0000\u0000\u0040";
        tensorRefused("K\u0000", billion + "\u0085", "K\u0000\u0085", "repeats its storage: 4294967296 bytes");
        tensorRefused("K\u0000", "(" + "K\u0001".repeat(65) + "t", "K\u0001\u0085",
                "with other arguments than expected");
        tensorRefused("K\u0000", "\u008a\u0009" + "\u0001".repeat(9) + "\u0085", "K\u0001\u0085",
                "ints below 2^63");
        tensorRefused("K\u0000", "U\u0001a\u0085", "K\u0001\u0085", "with other arguments than expected");
    }

    @Test
    void aTensorInsideItsStorageIsRead() throws IOException {
        String pickle = tensor("K\u0001", "K\u0002K\u0002\u0086", "K\u0001K\u0003\u0086");
        Path file = HandMadeZip.of("a/data.pkl", bytes(pickle))
                .with("a/data/0", new byte[24]).write(folder.resolve("good.pt"));
        try (Weights weights = Weights.open(file)) {
            assertEquals("F32 [2, 2]", weights.tensors().get("w").toString());
        }
    }

    @Test
    void referencesThatAreNotToAStorageAreRefused() throws IOException {
        refused("K\u0001Q.", "not one to a whole storage");
        refused("(U\u0006moduleK\u0001K\u0001K\u0001K\u0001tQ.", "not one to a whole storage");
        refused(STORAGE + STORAGE.replace("K\u0006", "K\u0007") + "\u0086.",
                "describes storage '0' twice in different ways");
        refused(tensor("K\u0000", "K\u0001\u0085", "K\u0001\u0085").replace("U\u00010", "U\u00019"),
                "has no zip entry 'a/data/9'");
        refused(tensor("K\u0000", "K\u0001\u0085", "K\u0001\u0085").replace("K\u0006", "K\u0007"),
                "storage '0' has 24 bytes, expected 7 numbers of 4 bytes");
        refused(tensor("K\u0000", "K\u0001\u0085", "K\u0001\u0085").replace("K\u0006tQ", "J\u00ff\u00ff\u00ff\u00fftQ"),
                "expected -1 numbers");
    }

    @Test
    void deepNestingEndsInOneLine() throws IOException {
        refused("}U\u0005model".repeat(1_000) + "N" + "s".repeat(1_000) + ".", "holds a dict under [model, model");
        refused("]".repeat(300_000) + "a".repeat(299_999) + ".", "holds a list");
        refused("(".repeat(300_000) + "t".repeat(300_000) + ".", "holds a tuple");
        refused("K\u0001" + "\u0085".repeat(300_000) + ".", "holds a tuple");
        refused("N".repeat(2_000_001), "a pickle of more than 2000000 steps");
        refused("}".repeat(2_000_001), "a pickle of more than 2000000 steps");
    }

    @Test
    void structuresThatContainThemselvesOrGrowExponentiallyAreOnlyRead() throws IOException {
        refused("]q\u0000h\u0000a.", "holds a list");
        refused("}q\u0000U\u0005modelh\u0000s.", "holds a dict under [model");
        StringBuilder bomb = new StringBuilder("Nq\u0000");
        for (int i = 0; i < 100; i++) {
            bomb.append("h\u0000h\u0000\u0086q\u0000");
        }
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            refused("](" + bomb + "e.", "holds a list");
            refused("}(" + bomb + "tNs.", "has a tuple as the key of a dict");
        });
    }

    private void tensorRefused(String offset, String shape, String strides, String message) throws IOException {
        refused(tensor(offset, shape, strides), message);
    }

    private static String tensor(String offset, String shape, String strides) {
        return "\u0080\u0002}U\u0001w" + REBUILD + "(" + STORAGE + offset + shape + strides + "\u0089NtRs.";
    }

    private static String shortText(String text) {
        return "\u008c" + (char) text.length() + text;
    }

    private void refused(String pickle, String... parts) throws IOException {
        Path file = HandMadeZip.of("a/data.pkl", bytes(pickle)).with("a/data/0", new byte[24])
                .write(folder.resolve("hostile.pt"));
        Fixture.assertRefused(file, () -> Weights.open(file), parts);
    }

    private static byte[] bytes(String pickle) {
        return pickle.getBytes(StandardCharsets.ISO_8859_1);
    }
}
