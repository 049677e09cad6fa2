using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>What is undefined for some operands is claimed only as guarded; where the operands are known to be safe, it needs no guard.</summary>
public sealed class GuardNeedTests
{
    [Theory]
    [InlineData("r = int(uint(x) / 7u);", "r = int(uint(x) / uint(y));", Op.UDiv)]
    [InlineData("r = int(uint(x) % 7u);", "r = int(uint(x) % uint(y));", Op.UMod)]
    [InlineData("r = int(uint(x) % 7u);", "r = int(uint(x) % C);", Op.UMod)] // a specialization may make it 0
    [InlineData("r = x / 7;", "r = x / y;", Op.SDiv)]
    [InlineData("r = x / -2;", "r = x / -1;", Op.SDiv)] // overflows for the least number
    [InlineData("r = (ivec2(x) / ivec2(3, 4)).y;", "r = (ivec2(x) / ivec2(3, 0)).y;", Op.SDiv)]
    [InlineData("r = int(uint(x) % 7u);", "r = x % 7;", Op.SMod)] // x may be negative
    [InlineData("r = x << 31;", "r = x << 32;", Op.ShiftLeftLogical)]
    [InlineData("r = x >> 31;", "r = x >> y;", Op.ShiftRightArithmetic)]
    [InlineData("r = int(uint(x) >> 0u);", "r = int(uint(x) >> -1);", Op.ShiftRightLogical)]
    [InlineData("r = bitfieldExtract(x, 0, 32);", "r = bitfieldExtract(x, 1, 32);", Op.BitFieldSExtract)]
    [InlineData("r = int(bitfieldExtract(uint(x), 32, 0));", "r = int(bitfieldExtract(uint(x), y, 1));", Op.BitFieldUExtract)]
    [InlineData("r = bitfieldInsert(x, y, 3, 29);", "r = bitfieldInsert(x, y, 3, 30);", Op.BitFieldInsert)]
    [InlineData("r = clamp(x, 3, 4);", "r = clamp(x, 4, 3);", Op.ExtInst)]
    [InlineData("r = fixed_[7];", "r = fixed_[y];", Op.AccessChain)]
    [InlineData("r = x;", "r = open_[3];", Op.AccessChain)] // the buffer may be shorter
    [InlineData("r = x;", "s[0] = x; r = s[0];", Op.Variable)]
    public void An_operation_needs_a_guard_by_its_operands(string safe, string open, Op guarded)
    {
        DeterminismClaim claim = Judge(safe);
        Assert.Equal((DeterminismLevel.DeviceToDevice, false), (claim.Level, claim.NeedsGuard));
        claim = Judge(open);
        Assert.Equal((DeterminismLevel.DeviceToDevice, true, guarded), (claim.Level, claim.NeedsGuard, claim.Guarded?.Op));
        Assert.NotEmpty(claim.GuardReason);
    }

    [Fact]
    public void Two_specialization_constants_of_one_id_promise_nothing_to_other_devices()
    {
        DeterminismClaim claim = AdmissionLint.Judge(SpirvModule.Parse(ShaderText.Assemble("""
            OpCapability Shader
            OpMemoryModel Logical GLSL450
            OpEntryPoint GLCompute %main "main"
            OpExecutionMode %main LocalSize 1 1 1
            OpDecorate %a SpecId 3
            OpDecorate %b SpecId 3
            %void = OpTypeVoid
            %uint = OpTypeInt 32 0
            %a = OpSpecConstant %uint 1
            %b = OpSpecConstant %uint 2
            %type = OpTypeFunction %void
            %main = OpFunction %void None %type
            %block = OpLabel
            OpReturn
            OpFunctionEnd
            """)));
        Assert.Equal(DeterminismLevel.RunToRun, claim.Level);
        Assert.Contains("have the id 3", claim.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_undefined_constant_of_a_specialization_promises_nothing_to_other_devices() => Assert.Equal(
        DeterminismLevel.RunToRun, Judge("r = int(7u / C);").Level); // computed by the device's compiler, where no guard reaches

    // All memory but the shared array is known to be in bounds and written.
    private static DeterminismClaim Judge(string body)
    {
        string shared = body.Contains("s[", StringComparison.Ordinal) ? "shared int s[4];" : "";
        string open = body.Contains("open_[", StringComparison.Ordinal) ? "layout(binding = 1) buffer B { int open_[]; };" : "";
        string constant = body.Contains('C') ? "layout(constant_id = 0) const uint C = 5u;" : "";
        return AdmissionLint.Judge(SpirvModule.Parse(ShaderText.Compile($$"""
            layout(local_size_x = 1) in;
            layout(binding = 0) buffer A { int fixed_[8]; int x; int y; int r; };
            {{open}} {{shared}} {{constant}}
            void main() { {{body}} }
            """)));
    }
}
