package dev.pluglm.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;
import dev.pluglm.tensor.Tensors;
import dev.pluglm.tensor.Torch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class AutocastTest {

    private final Device cpu = Torch.device("cpu");

    @Test
    void blocksWithinBlocksBringBackWhatWasBefore() {
        assertEquals(ScalarType.Float, productType());
        try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
            assertEquals(ScalarType.BFloat16, productType());
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.FP16)) {
                assertEquals(ScalarType.Half, productType());
                try (Autocast _ = Autocast.open(cpu, MixedPrecision.NONE)) {
                    assertEquals(ScalarType.Float, productType());
                }
                assertEquals(ScalarType.Half, productType());
            }
            assertEquals(ScalarType.BFloat16, productType());
        }
        assertEquals(ScalarType.Float, productType());
    }

    @Test
    void anExceptionEndsTheBlockToo() {
        assertThrows(IllegalStateException.class, () -> {
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                throw new IllegalStateException();
            }
        });
        assertEquals(ScalarType.Float, productType());
    }

    @Test
    void otherThreadsAreNotConcernedAndCannotEndTheBlock() throws InterruptedException {
        ScalarType[] elsewhere = new ScalarType[1];
        boolean[] refused = new boolean[1];
        Autocast block = Autocast.open(cpu, MixedPrecision.BF16);
        try {
            Thread other = new Thread(() -> {
                elsewhere[0] = productType();
                try {
                    block.close();
                } catch (IllegalStateException e) {
                    refused[0] = true;
                }
            });
            other.start();
            other.join();
            assertEquals(ScalarType.BFloat16, productType());
        } finally {
            block.close();
        }
        assertEquals(ScalarType.Float, elsewhere[0]);
        assertTrue(refused[0]);
    }

    @Test
    void weightsGetFp32GradientsThroughTheShortFormatAndAChangedWeightIsSeen() {
        try (Weighted weights = new Weighted(); Scope _ = Scope.open()) {
            weights.add("w", new float[] {1, 2, 3, 4}, 2, 2);
            Tensor weight = weights.tensors.get("w");
            Tensor input = Tensors.full(1, 1, 2);
            Tensor loss;
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                loss = torch.matmul(input, weight).sum();
            }
            loss.backward();
            assertEquals(ScalarType.Float, weight.grad().scalar_type().intern());
            weights.set("w", new float[4]);
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                assertEquals(0, torch.matmul(input, weight).sum().item_float());
            }
        }
    }

    @Test
    void weightsShortenedWithoutGradientsAreNotKeptForABlockWithThem() {
        try (Weighted weights = new Weighted(); Scope _ = Scope.open()) {
            weights.add("w", new float[] {1, 2, 3, 4}, 2, 2);
            Tensor weight = weights.tensors.get("w");
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                try (NoGradGuard _ = new NoGradGuard(); Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                    torch.matmul(Tensors.full(1, 1, 2), weight);
                }
                torch.matmul(Tensors.full(1, 1, 2), weight).sum().backward();
            }
            assertTrue(weight.grad().defined());
        }
    }

    @Test
    void blocksLeaveNoNativeMemoryBehind() {
        productType();
        long before = Pointer.totalCount();
        for (int i = 0; i < 100; i++) {
            try (Autocast _ = Autocast.open(cpu, MixedPrecision.BF16)) {
                productType();
            }
        }
        assertTrue(Pointer.totalCount() <= before);
    }

    @Test
    void formatsHaveTheNamesOfTheCommandLine() {
        assertEquals(MixedPrecision.NONE, MixedPrecision.of("fp32"));
        assertEquals(MixedPrecision.BF16, MixedPrecision.of("BF16"));
        assertEquals(MixedPrecision.FP16, MixedPrecision.of("fp16"));
        String message = assertThrows(Problem.class, () -> MixedPrecision.of("fp8")).getMessage();
        assertEquals("precision 'fp8' is not known; use fp32, bf16 or fp16", message);
    }

    private static ScalarType productType() {
        try (Scope _ = Scope.open()) {
            return torch.matmul(Tensors.full(1, 2, 2), Tensors.full(1, 2, 2)).scalar_type().intern();
        }
    }
}
