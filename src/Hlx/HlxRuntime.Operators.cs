using System.Diagnostics;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Store;
using Hlx.Values;

namespace Hlx;

/// <summary>What a product gave.</summary>
/// <param name="Result">The handle of C, f32[M,N].</param>
/// <param name="IsMemoized">Whether it was known already; nothing was computed then.</param>
/// <param name="Elapsed">From the request to the stored result.</param>
/// <param name="DeviceTime">How long the computation itself took; null if it was memoized or the device has no timestamps.</param>
/// <param name="Device">The name of the device that computed; empty if it was memoized.</param>
/// <param name="Path">How the fused multiply-adds were computed; null if it was memoized.</param>
public sealed record ProductRun(Handle Result, bool IsMemoized, TimeSpan Elapsed, TimeSpan? DeviceTime, string Device, FmaPath? Path);

public sealed partial class HlxRuntime
{
    /// <summary>Multiplies two matrices in the profile <c>fp32.ieee</c>: one handle on every device.</summary>
    /// <param name="a">A, a tensor f32[M,K] or nested arrays.</param>
    /// <param name="b">B, a tensor f32[K,N] or nested arrays.</param>
    /// <param name="numerics">The numerics profile; only <c>fp32.ieee</c> exists so far.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>, <see cref="ErrorCode.ShapeMismatch"/>,
    /// <see cref="ErrorCode.HandleNotFound"/>, <see cref="ErrorCode.LedgerIncident"/>; as <see cref="IKernelDevice.Run"/>.</exception>
    public ProductRun Multiply(Handle a, Handle b, string numerics = NumericsProfile.Fp32Ieee)
    {
        long start = Stopwatch.GetTimestamp();
        if (numerics != NumericsProfile.Fp32Ieee)
            throw new HlxException(ErrorCode.NumericsUnsupported, $"\"{numerics}\" is no numerics profile", $"Use {NumericsProfile.Fp32Ieee}");
        string key = ExecutionKey.ForOperator("gemm", numerics, NumericsProfile.Fp32IeeeVersion, TensorHandle(a), TensorHandle(b));
        if (_options.Memoize && FindResult(key) is Handle known) return new(known, true, Stopwatch.GetElapsedTime(start), null, "", null);

        Tensor left = Space.ResolveTensor(a), right = Space.ResolveTensor(b);
        _ = GemmShape.Of(left, right);
        IComputeDevice device = Device;
        GemmResult product = Gemm.Multiply(device, left, right, RangeOf);
        Handle result = Collapse(product.Product);
        Space.Ledger.Record(key, result, HlxValue.Object(
            ("device", device.Name), ("driver", device.Driver), ("path", product.Path.ToString().ToLowerInvariant())));
        return new(result, false, Stopwatch.GetElapsedTime(start), product.DeviceTime, device.Name, product.Path);
    }

    // The one name of a tensor: nested arrays have the key of the tensor that they are.
    private Handle TensorHandle(Handle handle)
    {
        HlxValue value = Resolve(handle);
        return ContractValidator.IdOf(value) == Tensor.ContractId ? handle : Handle.Of(NestedArrays.ToTensor(value).ToContract());
    }

    // A recorded result counts only while its value and its data are both in the store; a loss costs a computation, not an error.
    private Handle? FindResult(string key)
    {
        if (Space.Ledger.Find(key) is not Handle result || !Space.Store.TryGet(result, out ReadOnlyMemory<byte> lcb)) return null;
        Handle data = Lcb.Decode(lcb.Span).AsObject().Values[0].AsObject()["data"].AsHandle();
        return Space.Store.Contains(data) ? result : null;
    }

    private FloatRange RangeOf(Tensor matrix)
    {
        if (FloatRange.Parse(Space.Ledger.FindFact(matrix.DataHandle, FloatRange.FactName)) is FloatRange known) return known;
        FloatRange range = FloatRange.Of(matrix.AsSpan<float>());
        Space.Ledger.RecordFact(matrix.DataHandle, FloatRange.FactName, range.ToString());
        return range;
    }
}
