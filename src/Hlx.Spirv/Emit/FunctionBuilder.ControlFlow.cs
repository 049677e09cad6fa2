namespace Hlx.Spirv;

public sealed partial class FunctionBuilder
{
    /// <summary>Does something if a condition holds, and something else if it does not.</summary>
    /// <param name="condition">A truth value.</param>
    /// <param name="then">Emits what is done if it holds.</param>
    /// <param name="otherwise">Emits what is done if not; nothing if null.</param>
    public void If(Value condition, Action then, Action? otherwise = null)
    {
        ArgumentNullException.ThrowIfNull(then);
        if (!condition.Type.IsBool) throw new ArgumentException($"{condition.Type} is no condition");
        uint yes = _module.NewId(), merge = _module.NewId(), no = otherwise is null ? merge : _module.NewId();
        Do(Op.SelectionMerge, merge, (uint)SelectionControl.None);
        Do(Op.BranchConditional, condition.Id, yes, no);
        Block(yes, then, merge);
        if (otherwise is not null) Block(no, otherwise, merge);
        Do(Op.Label, merge);
    }

    /// <summary>Counts from a start while below an end.</summary>
    /// <param name="start">The first value, an integer.</param>
    /// <param name="end">What the counter stays below.</param>
    /// <param name="step">What is added each time.</param>
    /// <param name="body">Emits what is done for each value of the counter.</param>
    /// <param name="control">A hint for the driver, such as Unroll.</param>
    public void For(Value start, Value end, Value step, Action<Value> body, LoopControl control = LoopControl.None)
    {
        ArgumentNullException.ThrowIfNull(body);
        Value counter = Variable(start.Type);
        Store(counter, start);
        While(
            () => LessThan(Load(counter), end),
            () => body(Load(counter)),
            () => Store(counter, Add(Load(counter), step)),
            control);
    }

    /// <summary>Does something while a condition holds.</summary>
    /// <param name="condition">Emits the condition.</param>
    /// <param name="body">Emits what is done.</param>
    /// <param name="next">Emits what is done after each time; nothing if null.</param>
    /// <param name="control">A hint for the driver, such as Unroll.</param>
    public void While(Func<Value> condition, Action body, Action? next = null, LoopControl control = LoopControl.None)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(body);
        uint header = _module.NewId(), test = _module.NewId(), inside = _module.NewId(), following = _module.NewId(), merge = _module.NewId();
        Do(Op.Branch, header);
        Do(Op.Label, header);
        Do(Op.LoopMerge, merge, following, (uint)control);
        Do(Op.Branch, test);
        Do(Op.Label, test);
        Do(Op.BranchConditional, condition().Id, inside, merge);
        Block(inside, body, following);
        Block(following, next ?? (() => { }), header);
        Do(Op.Label, merge);
    }

    private void Block(uint label, Action body, uint then)
    {
        Do(Op.Label, label);
        body();
        Do(Op.Branch, then);
    }
}
