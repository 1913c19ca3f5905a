package dev.pluglm.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a file is by its first bytes. */
enum FileKind {
    EMPTY("is empty"),
    SAFETENSORS("is safetensors"),
    TORCH_ZIP("is a zip"),
    TORCH_LEGACY("is a legacy PyTorch file"),
    PICKLE("is a Python pickle that torch.save did not write"),
    NPY("is a single NumPy array"),
    TAR("is a tar, perhaps a PyTorch file from before version 0.2"),
    HDF5("is an HDF5 file, perhaps of Keras"),
    GZIP("is compressed with gzip; unpack it first"),
    GIT_LFS("is only a Git LFS pointer; fetch the file itself with git lfs pull"),
    HTML("is a web page; the download probably failed"),
    UNKNOWN("is of an unknown kind");

    /** The pickled number 0x1950a86a20f9469cfc6c, which every legacy file has first (after its protocol and frame). */
    private static final String LEGACY_MAGIC = "\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";
    private static final int LEGACY_MAGIC_BEFORE = 32;
    private static final int HEAD = 512;

    private final String description;

    FileKind(String description) {
        this.description = description;
    }

    String description() {
        return description;
    }

    static FileKind of(Path path) {
        MappedFile.checkReadable(path);
        try (InputStream in = Files.newInputStream(path)) {
            return of(in.readNBytes(HEAD));
        } catch (IOException e) {
            throw MappedFile.unreadable(path, e);
        }
    }

    static FileKind of(MemorySegment bytes) {
        return of(bytes.asSlice(0, Math.min(HEAD, bytes.byteSize())).toArray(ValueLayout.JAVA_BYTE));
    }

    private static FileKind of(byte[] head) {
        String start = new String(head, StandardCharsets.ISO_8859_1);
        if (start.isEmpty()) {
            return EMPTY;
        }
        if (start.startsWith("PK\u0003\u0004") || start.startsWith("PK\u0005\u0006")) {
            return TORCH_ZIP;
        }
        int legacy = start.indexOf(LEGACY_MAGIC);
        if (start.charAt(0) == '\u0080' && legacy > 0 && legacy < LEGACY_MAGIC_BEFORE) {
            return TORCH_LEGACY;
        }
        if (start.startsWith("\u0093NUMPY")) {
            return NPY;
        }
        if (start.startsWith("\u0089HDF\r\n")) {
            return HDF5;
        }
        if (start.startsWith("\u001f\u008b")) {
            return GZIP;
        }
        if (start.startsWith("version https://git-lfs")) {
            return GIT_LFS;
        }
        if (start.length() > 8 && start.charAt(8) == '{') {
            return SAFETENSORS;
        }
        if (start.stripLeading().startsWith("<")) {
            return HTML;
        }
        if (start.length() > 262 && start.startsWith("ustar", 257)) {
            return TAR;
        }
        if (start.charAt(0) == '\u0080' && start.length() > 1 && start.charAt(1) <= 5) {
            return PICKLE;
        }
        return UNKNOWN;
    }
}
