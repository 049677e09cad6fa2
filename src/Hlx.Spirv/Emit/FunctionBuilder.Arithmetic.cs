namespace Hlx.Spirv;

public sealed partial class FunctionBuilder
{
    /// <summary>x + y.</summary>
    public Value Add(Value x, Value y) => Binary(x, y, Op.FAdd, Op.IAdd, Op.IAdd);

    /// <summary>x − y.</summary>
    public Value Subtract(Value x, Value y) => Binary(x, y, Op.FSub, Op.ISub, Op.ISub);

    /// <summary>x · y.</summary>
    public Value Multiply(Value x, Value y) => Binary(x, y, Op.FMul, Op.IMul, Op.IMul);

    /// <summary>x / y; integers truncate.</summary>
    public Value Divide(Value x, Value y) => Binary(x, y, Op.FDiv, Op.SDiv, Op.UDiv);

    /// <summary>The remainder of x / y, with the sign of x.</summary>
    public Value Remainder(Value x, Value y) => Binary(x, y, Op.FRem, Op.SRem, Op.UMod);

    /// <summary>x and y, bit by bit, or of truth values.</summary>
    public Value And(Value x, Value y) => Bits(x, y, Op.BitwiseAnd, Op.LogicalAnd);

    /// <summary>x or y, bit by bit, or of truth values.</summary>
    public Value Or(Value x, Value y) => Bits(x, y, Op.BitwiseOr, Op.LogicalOr);

    /// <summary>x exclusive-or y, bit by bit, or of truth values.</summary>
    public Value Xor(Value x, Value y) => Bits(x, y, Op.BitwiseXor, Op.LogicalNotEqual);

    /// <summary>x shifted to the left.</summary>
    public Value ShiftLeft(Value x, Value count) => Emit(Op.ShiftLeftLogical, Integer(x).Type, x.Id, Integer(count).Id);

    /// <summary>x shifted to the right, keeping the sign of signed integers.</summary>
    public Value ShiftRight(Value x, Value count) => Emit(x.Type.IsSigned ? Op.ShiftRightArithmetic : Op.ShiftRightLogical, Integer(x).Type, x.Id, Integer(count).Id);

    /// <summary>−x.</summary>
    public Value Negate(Value x) => Emit(x.Type.IsFloat ? Op.FNegate : Op.SNegate, x.Type, x.Id);

    /// <summary>Not x, bit by bit, or of truth values.</summary>
    public Value Not(Value x) => Emit(x.Type.IsBool ? Op.LogicalNot : Op.Not, x.Type, x.Id);

    /// <summary>x = y; false for NaN.</summary>
    public Value Equal(Value x, Value y) => Compare(x, y, Op.FOrdEqual, Op.IEqual, Op.IEqual);

    /// <summary>x &lt; y; false for NaN.</summary>
    public Value LessThan(Value x, Value y) => Compare(x, y, Op.FOrdLessThan, Op.SLessThan, Op.ULessThan);

    /// <summary>x ≤ y; false for NaN.</summary>
    public Value LessThanOrEqual(Value x, Value y) => Compare(x, y, Op.FOrdLessThanEqual, Op.SLessThanEqual, Op.ULessThanEqual);

    /// <summary>One of two values.</summary>
    public Value Select(Value condition, Value whenTrue, Value whenFalse)
    {
        if (!condition.Type.IsBool || whenTrue.Type != whenFalse.Type) throw Mismatch(whenTrue, whenFalse);
        return Emit(Op.Select, whenTrue.Type, condition.Id, whenTrue.Id, whenFalse.Id);
    }

    /// <summary>A number as another type; floats become integers by truncation.</summary>
    public Value Convert(Value x, SpirvType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (x.Type == type) return x;
        Op op = (x.Type.IsFloat, type.IsFloat) switch
        {
            (true, true) => Op.FConvert,
            (true, false) => type.IsSigned ? Op.ConvertFToS : Op.ConvertFToU,
            (false, true) => x.Type.IsSigned ? Op.ConvertSToF : Op.ConvertUToF,
            _ when x.Type.Scalar.Size() == type.Scalar.Size() => Op.Bitcast,
            _ => x.Type.IsSigned ? Op.SConvert : Op.UConvert,
        };
        return Emit(op, type, x.Id);
    }

    /// <summary>The same bits as another type.</summary>
    public Value Bitcast(Value x, SpirvType type) => Emit(Op.Bitcast, type, x.Id);

    /// <summary>A vector of components.</summary>
    public Value Construct(SpirvType type, params ReadOnlySpan<Value> components)
    {
        ArgumentNullException.ThrowIfNull(type);
        uint[] ids = new uint[components.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = components[i].Type == type.Element ? components[i].Id : throw new ArgumentException($"component {i} of {type} is a {components[i].Type}");
        return Emit(Op.CompositeConstruct, type, ids);
    }

    /// <summary>A component of a vector.</summary>
    public Value Extract(Value vector, uint component) =>
        Emit(Op.CompositeExtract, vector.Type.Element ?? throw new ArgumentException($"{vector.Type} has no components"), vector.Id, component);

    /// <summary>An instruction of GLSL.std.450.</summary>
    /// <param name="function">The instruction.</param>
    /// <param name="operands">Its operands; the result has the type of the first.</param>
    public Value Call(GlslStd450 function, params ReadOnlySpan<Value> operands)
    {
        uint[] words = [_module.ImportGlsl(), (uint)function, .. Ids(operands)];
        return Emit(Op.ExtInst, operands[0].Type, words);
    }

    /// <summary>x·y + z by the device's fma, which rounds once or twice (a device's behaviour tells which).</summary>
    public Value Fma(Value x, Value y, Value z) => Call(GlslStd450.Fma, x, y, z);

    /// <summary>Forbids the driver to fuse an operation with another one.</summary>
    public Value Precise(Value x)
    {
        _module.Decorate(x.Id, Decoration.NoContraction);
        return x;
    }

    private static uint[] Ids(ReadOnlySpan<Value> values)
    {
        uint[] ids = new uint[values.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = values[i].Id;
        return ids;
    }

    private Value Binary(Value x, Value y, Op floating, Op signed, Op unsigned)
    {
        if (x.Type != y.Type || x.Type.IsBool) throw Mismatch(x, y);
        return Emit(x.Type.IsFloat ? floating : x.Type.IsSigned ? signed : unsigned, x.Type, x.Id, y.Id);
    }

    private Value Bits(Value x, Value y, Op integer, Op logical)
    {
        if (x.Type != y.Type || x.Type.IsFloat) throw Mismatch(x, y);
        return Emit(x.Type.IsBool ? logical : integer, x.Type, x.Id, y.Id);
    }

    private Value Compare(Value x, Value y, Op floating, Op signed, Op unsigned)
    {
        if (x.Type != y.Type || x.Type.IsBool) throw Mismatch(x, y);
        SpirvType type = x.Type.Components > 1 ? _module.Vector(_module.Bool(), x.Type.Components) : _module.Bool();
        return Emit(x.Type.IsFloat ? floating : x.Type.IsSigned ? signed : unsigned, type, x.Id, y.Id);
    }

    private static Value Integer(Value x) => x.Type.IsFloat || x.Type.IsBool ? throw new ArgumentException($"{x.Type} is no integer") : x;

    private static ArgumentException Mismatch(Value x, Value y) => new($"{x.Type} and {y.Type} do not go together here");
}
