using System.Buffers.Binary;

namespace Hlx.Spirv;

/// <summary>What a module says for debuggers only.</summary>
internal static class DebugInformation
{
    private const int HeaderBytes = 20;

    /// <summary>
    /// A module without its sources, lines, notes of processors and instructions of sets that compute nothing: tools that are older than
    /// the compiler may not know these. What the module computes is the same.
    /// </summary>
    /// <param name="module">The module.</param>
    public static byte[] Strip(SpirvModule module)
    {
        ReadOnlySpan<byte> bytes = module.Bytes.Span;
        HashSet<uint> sets =
        [
            .. module.Instructions.Where(instruction => instruction.Op == Op.ExtInstImport
                && SpirvModule.Text(instruction.Operands.Span).StartsWith("NonSemantic.", StringComparison.Ordinal)).Select(import => import.Result),
        ];
        using MemoryStream stripped = new(bytes.Length);
        stripped.Write(bytes[..HeaderBytes]);
        foreach (Instruction instruction in module.Instructions)
        {
            bool isDebug = instruction.Op is Op.Source or Op.SourceContinued or Op.SourceExtension or Op.ModuleProcessed or Op.Line or Op.NoLine
                || (instruction.Op is Op.ExtInst or Op.ExtInstWithForwardRefsKHR && sets.Contains(instruction[0]));
            if (isDebug) continue;
            ReadOnlySpan<byte> rest = bytes[(int)instruction.Offset..];
            stripped.Write(rest[..(4 * (int)(BinaryPrimitives.ReadUInt32LittleEndian(rest) >> 16))]);
        }
        return stripped.ToArray();
    }
}
