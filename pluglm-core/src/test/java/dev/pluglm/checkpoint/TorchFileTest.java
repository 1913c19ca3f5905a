package dev.pluglm.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
    private static final Path GOLDEN = Fixture.path("golden/mlm-multi-head/model.pt");

    @TempDir
    Path folder;

    @Test
    void theZipAndTheLegacyFormOfAStateDictAreEqual() {
        try (Weights zip = Weights.open(GOLDEN);
                Weights legacy = Weights.open(Fixture.path("golden/mlm-multi-head/model.legacy.pt"))) {
            assertEquals("PyTorch zip", zip.format());
            assertEquals("legacy PyTorch", legacy.format());
            Fixture.assertSame(zip.tensors(), legacy.tensors());
            assertEquals(DType.I64, zip.tensors().get("bert.embeddings.position_ids").type());
        }
    }

    @Test
    void aStateDictNestedUnderModelIsFoundAndItsHalvesAreTheRoundedFloats() {
        try (TorchFile whole = TorchFile.open(GOLDEN);
                TorchFile nested = TorchFile.open(Fixture.path("golden/mlm-multi-head/model.nested-fp16.pt"))) {
            assertEquals(List.of("model"), nested.nestedUnder());
            assertEquals(List.of(), whole.nestedUnder());
            assertEquals(whole.tensors().keySet(), nested.tensors().keySet());
            whole.tensors().forEach((name, tensor) -> {
                if (tensor.type().isFloating()) {
                    float[] rounded = tensor.floats();
                    for (int i = 0; i < rounded.length; i++) {
                        rounded[i] = Float.float16ToFloat(Float.floatToFloat16(rounded[i]));
                    }
                    assertArrayEquals(rounded, nested.tensors().get(name).floats(), name);
                }
            });
        }
    }

    @Test
    void tensorsThatShareStorageInTheFileAreAliasesAndOthersAreNot() {
        for (String file : List.of("model.pt", "model.legacy.pt")) {
            try (TorchFile weights = TorchFile.open(Fixture.path("golden/mlm-multi-head/" + file))) {
                Map<String, StoredTensor> tensors = weights.tensors();
                StoredTensor words = tensors.get("bert.embeddings.word_embeddings.weight");
                String alias = "bert.encoder.retriever.document_encoder.embedding.word_embeddings.weight";
                assertTrue(words.isAliasOf(tensors.get(alias)));
                assertTrue(tensors.get("cls.predictions.bias").isAliasOf(tensors.get("cls.predictions.decoder.bias")));
                assertFalse(words.isAliasOf(tensors.get("cls.predictions.decoder.weight")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kinds.pt", "kinds.protocol4.pt", "kinds.protocol5.legacy.pt", "kinds.without-checksums.pt",
        "kinds.deflated.pt", "kinds.zip64.pt"})
    void everyTypeViewAndProtocolGivesWhatTorchHas(String name) {
        try (Weights expected = Weights.open(Fixture.path("formats/kinds.safetensors"));
                Weights found = Weights.open(Fixture.path("formats/" + name))) {
            Fixture.assertSame(expected.tensors(), found.tensors());
            assertTrue(found.tensors().get("f32").isAliasOf(found.tensors().get("alias")));
            assertTrue(found.tensors().get("transposed").isAliasOf(found.tensors().get("transposed_again")));
        }
    }

    @Test
    void whatStandsBesideTheTensorsIsNamedAndLeftOut() {
        try (TorchFile weights = TorchFile.open(Fixture.path("formats/kinds.protocol4.pt"))) {
            assertEquals(List.of("state_dict"), weights.nestedUnder());
            assertEquals(List.of(), weights.skipped());
        }
    }

    @Test
    void aPickleThatNamesSystemIsRefusedAndNothingIsExecuted() {
        for (String name : List.of("formats/malicious.pt", "formats/malicious.legacy.pt")) {
            Path file = Fixture.path(name);
            Fixture.assertRefused(file, () -> Weights.open(file), "names 'posix.system'",
                    "not on the list of what a checkpoint may hold; nothing was executed");
        }
        assertFalse(Files.exists(Path.of("executed")));
    }

    @Test
    void aPickledModuleIsRefusedWithItsClass() {
        Path file = Fixture.path("formats/whole-module.pt");
        Fixture.assertRefused(file, () -> Weights.open(file), "torch.nn.modules.batchnorm.BatchNorm1d");
    }

    @Test
    void aTruncatedFileIsRefusedWithItsName() throws IOException {
        for (String name : List.of("golden/mlm-multi-head/model.pt", "golden/mlm-multi-head/model.legacy.pt",
                "formats/kinds.safetensors")) {
            byte[] whole = Fixture.bytes(name);
            for (int length : new int[] {1, 20, 200, whole.length / 2, whole.length - 1}) {
                Path file = folder.resolve("truncated");
                Files.write(file, Arrays.copyOf(whole, length));
                Fixture.assertRefused(file, () -> Weights.open(file));
            }
        }
    }

    @Test
    void bytesAfterTheEndAreRefused() throws IOException {
        Path file = folder.resolve("longer");
        byte[] legacy = Fixture.bytes("golden/mlm-multi-head/model.legacy.pt");
        Files.write(file, Arrays.copyOf(legacy, legacy.length + 3));
        Fixture.assertRefused(file, () -> Weights.open(file), "3 bytes after its last storage");
    }
}
