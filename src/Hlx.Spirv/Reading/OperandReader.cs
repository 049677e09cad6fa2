using System.Numerics;
using System.Runtime.InteropServices;

namespace Hlx.Spirv;

/// <summary>An operand as it stands in the module.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Word">Its first word.</param>
internal readonly record struct Operand(OperandKind Kind, uint Word);

/// <summary>Reads the operands of one instruction by the grammar: each must be there, known, and nothing may be left over.</summary>
internal sealed class OperandReader(NumberWidths widths)
{
    private readonly List<Operand> _operands = [];
    private ReadOnlyMemory<uint> _words;
    private int _at;
    private long _offset;
    private Op _op;

    /// <summary>Reads an instruction.</summary>
    /// <param name="op">Its opcode.</param>
    /// <param name="words">The words after the first one.</param>
    /// <param name="offset">Where it starts in the module, in bytes.</param>
    /// <returns>Its operands, valid until the next call.</returns>
    public List<Operand> Read(Op op, ReadOnlyMemory<uint> words, long offset)
    {
        (_op, _words, _at, _offset) = (op, words, 0, offset);
        _operands.Clear();
        if (!Grammar.TryGetOperands(op, out ReadOnlySpan<ushort> specs)) throw SpirvModule.Refuse(offset, $"there is no instruction {(int)op}");
        ReadAll(specs);
        return _at == words.Length ? _operands : throw SpirvModule.Refuse(offset, $"Op{op} has {words.Length - _at} words too many");
    }

    private void ReadAll(ReadOnlySpan<ushort> specs)
    {
        foreach (ushort spec in specs)
        {
            Quantifier quantifier = Grammar.QuantifierOf(spec);
            if (quantifier == Quantifier.One) ReadOne(Grammar.KindOf(spec));
            else if (quantifier == Quantifier.Optional && _at < _words.Length) ReadOne(Grammar.KindOf(spec));
            else while (quantifier == Quantifier.Many && _at < _words.Length) ReadOne(Grammar.KindOf(spec));
        }
    }

    private void ReadOne(OperandKind kind)
    {
        switch (Grammar.CategoryOf(kind))
        {
            case OperandCategory.Id:
                _operands.Add(new(kind, Take()));
                break;
            case OperandCategory.ValueEnum:
                ReadEnumerant(kind, Take());
                break;
            case OperandCategory.BitEnum:
                ReadMask(kind);
                break;
            case OperandCategory.Composite:
                ReadPair(kind);
                break;
            default:
                ReadLiteral(kind);
                break;
        }
    }

    private void ReadEnumerant(OperandKind kind, uint value)
    {
        if (!Grammar.TryGetParameters(kind, value, out ReadOnlySpan<ushort> parameters)) throw SpirvModule.Refuse(_offset, $"Op{_op} names an unknown {kind} {value}");
        _operands.Add(new(kind, value));
        ReadAll(parameters);
    }

    // The parameters of a mask's bits follow in the order of the bits.
    private void ReadMask(OperandKind kind)
    {
        uint mask = Take();
        if (mask == 0) _operands.Add(new(kind, 0));
        for (; mask != 0; mask &= mask - 1) ReadEnumerant(kind, 1u << BitOperations.TrailingZeroCount(mask));
    }

    private void ReadPair(OperandKind kind)
    {
        switch (kind)
        {
            case OperandKind.PairLiteralIntegerIdRef: // OpSwitch: a literal as wide as the selector, and a label
                Skip(widths.WordsOfValue(_operands[0].Word));
                _operands.Add(new(OperandKind.IdRef, Take()));
                break;
            case OperandKind.PairIdRefLiteralInteger:
                _operands.Add(new(OperandKind.IdRef, Take()));
                _operands.Add(new(OperandKind.LiteralInteger, Take()));
                break;
            default:
                _operands.Add(new(OperandKind.IdRef, Take()));
                _operands.Add(new(OperandKind.IdRef, Take()));
                break;
        }
    }

    private void ReadLiteral(OperandKind kind)
    {
        switch (kind)
        {
            case OperandKind.LiteralString:
                int end = MemoryMarshal.AsBytes(_words.Span[_at..]).IndexOf((byte)0);
                if (end < 0) throw SpirvModule.Refuse(_offset, "a string does not end");
                _operands.Add(new(kind, 0));
                Skip((end / 4) + 1);
                break;
            case OperandKind.LiteralContextDependentNumber: // as wide as the result's type
                _operands.Add(new(kind, _at < _words.Length ? _words.Span[_at] : 0));
                Skip(widths.WordsOfType(_operands[0].Word));
                break;
            case OperandKind.LiteralSpecConstantOpInteger: // an opcode, then its operands without type and result
                uint op = Take();
                _operands.Add(new(kind, op));
                if (op > ushort.MaxValue || !Grammar.HasResultType((Op)op) || !Grammar.TryGetOperands((Op)op, out ReadOnlySpan<ushort> specs))
                    throw SpirvModule.Refuse(_offset, $"Op{_op} names no operation with {op}");
                ReadAll(specs[2..]);
                break;
            default:
                _operands.Add(new(kind, Take()));
                break;
        }
    }

    private uint Take()
    {
        uint word = _at < _words.Length ? _words.Span[_at] : throw SpirvModule.Refuse(_offset, $"Op{_op} lacks operands");
        _at++;
        return word;
    }

    private void Skip(int words)
    {
        if (words > _words.Length - _at) throw SpirvModule.Refuse(_offset, $"Op{_op} lacks operands");
        _at += words;
    }
}

/// <summary>How wide numbers are, as far as the module has been read: some literals are as wide as a type.</summary>
internal sealed class NumberWidths
{
    private readonly Dictionary<uint, uint> _bitsOfType = [];
    private readonly Dictionary<uint, uint> _typeOfValue = [];

    public void Note(Instruction instruction)
    {
        if (instruction.Op is Op.TypeInt or Op.TypeFloat) _bitsOfType[instruction.Result] = instruction[0];
        else if (instruction.ResultType != 0) _typeOfValue[instruction.Result] = instruction.ResultType;
    }

    public int WordsOfType(uint type) => _bitsOfType.GetValueOrDefault(type) > 32 ? 2 : 1;

    public int WordsOfValue(uint value) => WordsOfType(_typeOfValue.GetValueOrDefault(value));
}
