package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileZipTest {
    private static final byte[] PICKLE = ("\u0080\u0002}U\u0001wctorch._utils\n_rebuild_tensor_v2\n((U\u0007storage"
            + "ctorch\nFloatStorage\nU\u00010U\u0003cpuK\u0006tQK\u0000K\u0006\u0085K\u0001\u0085\u0089NtRs.")
            .getBytes(StandardCharsets.ISO_8859_1);

    @TempDir
    Path folder;

    @Test
    void storedAndDeflatedEntriesAndACommentAreRead() throws IOException {
        for (HandMadeZip zip : new HandMadeZip[] {good(), good().deflated(), good().comment(300)}) {
            try (Weights weights = Weights.open(zip.write(folder.resolve("good.pt")))) {
                assertEquals(6, weights.tensors().get("w").floats().length);
            }
        }
    }

    @Test
    void aBombIsRefusedBeforeItIsUnpacked() throws IOException {
        byte[] zeros = new byte[64 << 20];
        byte[] large = new String(PICKLE, StandardCharsets.ISO_8859_1)
                .replace("K\u0006tQ", "J\u0000\u0000\u0000\u0001tQ").getBytes(StandardCharsets.ISO_8859_1);
        refused(HandMadeZip.of("a/data.pkl", large).with("a/data/0", zeros).deflated(),
                "entry 'a/data/0' would unpack to 67108864 bytes, which makes more than 16 times the file");
    }

    @Test
    void anEntryThatUnpacksToMoreOrLessThanItSaysIsRefused() throws IOException {
        for (int size : new int[] {1, 23, 25, 1000}) {
            refused(HandMadeZip.of("a/data.pkl", PICKLE).deflated()
                            .central(header -> header.putInt(HandMadeZip.CENTRAL_SIZE, size))
                            .local(header -> header.putInt(HandMadeZip.LOCAL_SIZE, size)),
                    "does not unpack to the " + size + " bytes that it says");
        }
    }

    @Test
    void aLocalHeaderThatDisagreesWithTheDirectoryIsRefused() throws IOException {
        String message = "is described otherwise at byte 0 than in the zip directory";
        refused(good().local(header -> header.putInt(HandMadeZip.LOCAL_SIZE, 5)), message);
        refused(good().local(header -> header.putShort(HandMadeZip.LOCAL_METHOD, (short) 8)), message);
        refused(good().local(header -> header.put(HandMadeZip.LOCAL_NAME, (byte) 'b')), message);
        int nameLength = 26;
        refused(good().local(header ->
                        header.putInt(0, header.getShort(nameLength) == "a/data/0".length() ? 0 : header.getInt(0))),
                "entry 'a/data/0' is described otherwise");
    }

    @Test
    void theSameNameTwiceIsRefused() throws IOException {
        refused(HandMadeZip.of("a/data.pkl", PICKLE).with("b/data.pkl", PICKLE)
                        .local(header -> header.put(HandMadeZip.LOCAL_NAME, (byte) 'a'))
                        .central(header -> header.put(HandMadeZip.CENTRAL_NAME, (byte) 'a')),
                "has two zip entries with the name 'a/data.pkl'");
        refused(HandMadeZip.of("a/data.pkl", PICKLE).with("b/data.pkl", PICKLE), "of which 2 are called NAME/data.pkl");
        refused(HandMadeZip.of("model.txt", PICKLE), "1 entries of which 0 are called NAME/data.pkl");
    }

    @Test
    void numbersOutOfRangeAreRefused() throws IOException {
        refused(good().central(header -> header.putInt(HandMadeZip.CENTRAL_OFFSET, 1 << 30)), "impossible");
        refused(good().central(header -> header.putInt(HandMadeZip.CENTRAL_OFFSET, -1)), "impossible");
        refused(good().central(header -> header.putInt(HandMadeZip.CENTRAL_PACKED, 1 << 30)), "impossible");
        refused(good().central(header -> header.putShort(HandMadeZip.CENTRAL_METHOD, (short) 99)), "method 99");
        refused(good().central(header -> header.putShort(HandMadeZip.CENTRAL_FLAGS, (short) 1)), "is encrypted");
        refused(good().central(header -> header.putInt(HandMadeZip.CENTRAL_CRC, 1)), "is described otherwise");
        refused(good().end(header -> header.putShort(8, (short) 9).putShort(10, (short) 9)), "no zip directory entry");
        refused(good().end(header -> header.putShort(8, (short) 1).putShort(10, (short) 1)), "more than its 1 entries");
        refused(good().end(header -> header.putInt(12, 1)), "says that it takes 1 bytes");
        refused(good().end(header -> header.putInt(16, -1)), "says that it takes");
        refused(good().end(header -> header.putShort(4, (short) 1)), "one part of a zip in several parts");
    }

    @Test
    void damagedContentIsFoundByItsChecksum() throws IOException {
        Path file = good().write(folder.resolve("damaged.pt"));
        byte[] bytes = Files.readAllBytes(file);
        bytes["a/data.pkl".length() + 30 + PICKLE.length + 30 + "a/data/0".length() + 5] ^= 1;
        Files.write(file, bytes);
        Fixture.assertRefused(file, () -> Weights.open(file), "the checksum of entry 'a/data/0' does not match");
    }

    @Test
    void bigEndianNumbersAreRefused() throws IOException {
        refused(good().with("a/byteorder", "big".getBytes(StandardCharsets.UTF_8)), "whose byte order is 'big'");
    }

    @Test
    void otherKindsOfFilesAreNamedByTheirContent() throws IOException {
        String[][] kinds = {{"", "is empty"}, {"\u0093NUMPY\u0001\u0000", "is a single NumPy array"},
            {"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"}, {"<!DOCTYPE html>", "is a web page"},
            {"\u0089HDF\r\n\u001a\n", "HDF5"}, {"\u001f\u008b\u0008", "gzip"}, {"\u0080\u0004}.", "Python pickle"},
            {"hello", "is of an unknown kind"}};
        for (String[] kind : kinds) {
            Path file = Files.write(folder.resolve("weights"), kind[0].getBytes(StandardCharsets.ISO_8859_1));
            Fixture.assertRefused(file, () -> Weights.open(file), kind[1]);
        }
        Fixture.assertRefused(folder, () -> Weights.open(folder), "is not a regular file");
        Path missing = folder.resolve("missing");
        Fixture.assertRefused(missing, () -> Weights.open(missing), "there is no such file");
    }

    private static HandMadeZip good() {
        return HandMadeZip.of("a/data.pkl", PICKLE).with("a/data/0", new byte[24]);
    }

    private void refused(HandMadeZip zip, String message) throws IOException {
        Path file = zip.write(folder.resolve("hostile.pt"));
        Fixture.assertRefused(file, () -> Weights.open(file), message);
    }
}
