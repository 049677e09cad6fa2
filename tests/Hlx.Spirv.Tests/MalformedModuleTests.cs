using System.Buffers.Binary;
using System.Diagnostics;
using Hlx.Testing;

namespace Hlx.Spirv.Tests;

/// <summary>Damaged modules: a typed refusal with a place in the module, never a crash or a hang.</summary>
public sealed class MalformedModuleTests
{
    private static readonly string[] Names = ["gemm", "sha256", "scan"];

    private static readonly Op[] Known = Enum.GetValues<Op>();

    public static TheoryData<string> Modules => [.. Names];

    [Theory, MemberData(nameof(Modules))]
    public void Every_prefix_is_refused(string name)
    {
        byte[] module = TestShader.Load(name);
        Stopwatch elapsed = Stopwatch.StartNew();
        for (int length = 0; length < module.Length; length++)
        {
            HlxException refusal = HlxAssert.Refuses(ErrorCode.SpirvInvalid, () => SpirvModule.Parse(module.AsMemory(0, length)));
            Assert.InRange(refusal.Offset!.Value, 0, length);
        }
        Assert.InRange(elapsed.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    [Theory, MemberData(nameof(Modules))]
    public void Every_opcode_that_does_not_exist_and_every_wrong_length_is_refused(string name)
    {
        byte[] module = TestShader.Load(name);
        foreach (int at in Instructions(module))
        {
            uint word = Read(module, at);
            uint length = word >> 16, op = word & 0xffff;
            foreach (uint changed in (uint[])[(length << 16) | 0xffff, (length << 16) | 18, (length << 16) | 0x8000 | op, op, (0xffffu << 16) | op, word + 0x10000, word - 0x10000])
                Refuses(module, at, changed, $"Op{(Op)op} at {at}");
        }
    }

    /// <summary>
    /// Every instruction becomes several others. What the structure allows is left to spirv-val; a sample of it is shown to it, and
    /// whatever either says, nothing crashes.
    /// </summary>
    [Theory, MemberData(nameof(Modules))]
    public void Every_opcode_exchanged_for_others_is_refused_here_or_left_to_spirv_val(string name)
    {
        byte[] module = TestShader.Load(name);
        List<byte[]> allowed = [];
        Random random = new(1);
        int refused = 0;
        foreach (int at in Instructions(module))
        {
            uint word = Read(module, at);
            foreach (Op op in random.GetItems(Known, 8))
            {
                if ((uint)op == (word & 0xffff)) continue;
                byte[] changed = With(module, at, (word & 0xffff0000) | (uint)op);
                try
                {
                    _ = SpirvModule.Parse(changed);
                    allowed.Add(changed);
                }
                catch (HlxException refusal)
                {
                    Assert.Equal(ErrorCode.SpirvInvalid, refusal.Code);
                    refused++;
                }
            }
        }
        Assert.True(refused > 5 * allowed.Count, $"{refused} refused here, {allowed.Count} left to spirv-val");
        foreach (byte[] changed in allowed.Where((_, i) => i % (1 + (allowed.Count / 30)) == 0))
        {
            try
            {
                _ = SpirvValidator.Validate(changed);
            }
            catch (HlxException refusal)
            {
                Assert.Equal(ErrorCode.SpirvInvalid, refusal.Code);
            }
        }
    }

    [Theory, MemberData(nameof(Modules))]
    public void Ids_outside_the_bound_are_refused_wherever_they_stand(string name)
    {
        byte[] module = TestShader.Load(name);
        uint bound = Read(module, 12);
        foreach (Instruction instruction in SpirvModule.Parse(module).Instructions)
        {
            int at = (int)instruction.Offset + 4;
            int ids = (instruction.ResultType != 0 ? 1 : 0) + (instruction.Result != 0 ? 1 : 0);
            for (int i = 0; i < ids; i++)
            {
                foreach (uint id in (uint[])[0, bound, uint.MaxValue]) Refuses(module, at + (4 * i), id, $"{instruction} at {instruction.Offset}");
            }
            if (instruction.Op is Op.IAdd or Op.Load or Op.Store or Op.Branch or Op.Phi or Op.AccessChain or Op.TypePointer or Op.TypeVector)
                Refuses(module, at + (4 * ids), bound, $"{instruction} at {instruction.Offset}");
        }
    }

    [Theory]
    [InlineData(Op.TypeVector, 0)]
    [InlineData(Op.TypeStruct, 0)]
    [InlineData(Op.TypeRuntimeArray, 0)]
    [InlineData(Op.TypePointer, 1)]
    [InlineData(Op.TypeFunction, 0)]
    public void Types_that_contain_themselves_or_later_types_are_refused(Op op, int member)
    {
        byte[] module = TestShader.Load("scan");
        IReadOnlyList<Instruction> types = [.. SpirvModule.Parse(module).Instructions.Where(instruction => Sections.IsType(instruction.Op))];
        foreach (Instruction type in types.Where(type => type.Op == op))
        {
            int at = (int)type.Offset + 8 + (4 * member);
            Refuses(module, at, type.Result, $"{type} of itself");
            foreach (Instruction later in types.Where(later => later.Offset > type.Offset)) Refuses(module, at, later.Result, $"{type} of a later type");
        }
    }

    [Theory, MemberData(nameof(Modules))]
    public void Every_word_exchanged_is_read_or_refused_and_never_crashes(string name)
    {
        byte[] module = TestShader.Load(name);
        foreach (uint replacement in (uint[])[0, 1, 5, 0x0000ffff, 0x00010000, 0x7fffffff, 0xffffffff])
        {
            for (int at = 0; at < module.Length; at += 4)
            {
                try
                {
                    _ = SpirvModule.Parse(With(module, at, replacement));
                }
                catch (HlxException refusal)
                {
                    Assert.Equal(ErrorCode.SpirvInvalid, refusal.Code);
                }
            }
        }
    }

    [Fact]
    public void A_deep_type_takes_no_deep_stack()
    {
        // Arrays of arrays, a hundred thousand deep, in shared memory.
        const uint Depth = 100_000;
        List<uint> words = [0x07230203, 0x00010300, 0, Depth + 100, 0, 0x00020011, 1, 0x0003000e, 0, 1, 0x0004000f, 5, Depth + 60, 0];
        words.AddRange([0x00040015, 1, 32, 0, 0x0004002b, 1, 2, 2]);
        for (uint i = 0; i < Depth; i++) words.AddRange([0x0004001c, 3 + i, i == 0 ? 1 : 2 + i, 2]);
        words.AddRange([0x00040020, Depth + 50, 4, Depth + 2, 0x0004003b, Depth + 50, Depth + 51, 4]);
        words.AddRange([0x00020013, Depth + 61, 0x00030021, Depth + 62, Depth + 61]);
        words.AddRange([0x00050036, Depth + 61, Depth + 60, 0, Depth + 62, 0x000200f8, Depth + 63, 0x000100fd, 0x00010038]);
        byte[] module = new byte[4 * words.Count];
        for (int i = 0; i < words.Count; i++) BinaryPrimitives.WriteUInt32LittleEndian(module.AsSpan(4 * i), words[i]);
        Assert.Equal(long.MaxValue / 4, SpirvModule.Parse(module).SharedMemoryBytes(new Dictionary<uint, ulong>()));
    }

    private static IEnumerable<int> Instructions(byte[] module)
    {
        for (int at = 20; at < module.Length; at += 4 * (int)(Read(module, at) >> 16)) yield return at;
    }

    private static void Refuses(byte[] module, int at, uint word, string what)
    {
        try
        {
            _ = SpirvModule.Parse(With(module, at, word));
        }
        catch (HlxException refusal) when (refusal.Code == ErrorCode.SpirvInvalid)
        {
            return;
        }
        Assert.Fail($"{what}: the word 0x{word:x8} was accepted");
    }

    private static byte[] With(byte[] module, int at, uint word)
    {
        byte[] changed = [.. module];
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), word);
        return changed;
    }

    private static uint Read(byte[] module, int at) => BinaryPrimitives.ReadUInt32LittleEndian(module.AsSpan(at));
}
