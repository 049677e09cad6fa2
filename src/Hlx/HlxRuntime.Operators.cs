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

/// <summary>What computing a result again gave.</summary>
/// <param name="Recomputed">The handle that came out.</param>
/// <param name="IsSame">Whether it is the handle that was to be verified.</param>
/// <param name="Device">The name of the device that computed.</param>
public sealed record VerifyRun(Handle Recomputed, bool IsSame, string Device);

public sealed partial class HlxRuntime
{
    private const string GemmName = "gemm";

    /// <summary>Computes a result of an operator again, on this runtime's device, and compares the handles.</summary>
    /// <param name="result">The handle of a result that this store's ledger knows.</param>
    /// <returns>What came out. A difference is recorded as an incident of the ledger.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleNotFound"/> if no recorded execution of an operator gave this
    /// result, or an input of it is gone; as <see cref="Multiply"/>.</exception>
    public VerifyRun Verify(Handle result)
    {
        LedgerEntry entry = Space.Ledger.FindByResult(result) is [LedgerEntry first, ..] ? first : throw new HlxException(
            ErrorCode.HandleNotFound, $"no recorded execution gave {result}", "Pass the handle of a result that `hlx gemm` printed with this store");
        HlxObject provenance = Json.Decode(entry.Provenance).AsObject();
        Handle[] inputs = [.. provenance["inputs"].AsArray().Select(input => input.AsHandle())];
        Tensor a = Space.ResolveTensor(inputs[0]), b = Space.ResolveTensor(inputs[1]);
        IComputeDevice device = Device;
        Handle recomputed = Collapse(Gemm.Multiply(device, provenance["numerics"].AsText(), a, b, RangeOf).Product);
        if (recomputed != result)
        {
            try
            {
                Space.Ledger.Record(entry.Key, recomputed, HlxValue.Object(("operator", GemmName), ("device", device.Name), ("driver", device.Driver)));
            }
            catch (HlxException incident) when (incident.Code == ErrorCode.LedgerIncident)
            {
                // Recorded; the caller learns of it from the return value.
            }
        }
        return new(recomputed, recomputed == result, device.Name);
    }

    /// <summary>Multiplies two matrices; in the profile <c>fp32.ieee</c> with one handle on every device.</summary>
    /// <param name="a">A, a tensor [M,K] of the profile's type, or nested arrays for f32.</param>
    /// <param name="b">B, a tensor [K,N] of the same type, or nested arrays.</param>
    /// <param name="numerics">The numerics profile: one of <see cref="NumericsProfile.All"/>.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>, <see cref="ErrorCode.ShapeMismatch"/>,
    /// <see cref="ErrorCode.HandleNotFound"/>, <see cref="ErrorCode.LedgerIncident"/>; as <see cref="IKernelDevice.Run"/>.</exception>
    public ProductRun Multiply(Handle a, Handle b, string numerics = NumericsProfile.Fp32Ieee)
    {
        long start = Stopwatch.GetTimestamp();
        if (!NumericsProfile.All.Contains(numerics))
            throw new HlxException(ErrorCode.NumericsUnsupported, $"\"{numerics}\" is no numerics profile", $"Use one of {string.Join(", ", NumericsProfile.All)}");
        string key = KeyOf(numerics, TensorHandle(a), TensorHandle(b));
        if (_options.Memoize && FindResult(key) is Handle known) return new(known, true, Stopwatch.GetElapsedTime(start), null, "", null);

        Tensor left = Space.ResolveTensor(a), right = Space.ResolveTensor(b);
        IComputeDevice device = Device;
        GemmResult product = Gemm.Multiply(device, numerics, left, right, RangeOf);
        Handle result = Collapse(product.Product);
        Space.Ledger.Record(key, result, HlxValue.Object(
            ("operator", GemmName), ("numerics", numerics), ("inputs", HlxValue.Array(a, b)),
            ("device", device.Name), ("driver", device.Driver), ("path", product.Path is FmaPath path ? path.ToString().ToLowerInvariant() : "")));
        return new(result, false, Stopwatch.GetElapsedTime(start), product.DeviceTime, device.Name, product.Path);
    }

    // What is promised on one class of devices only has that class in its key.
    private string KeyOf(string numerics, params ReadOnlySpan<Handle> inputs)
    {
        int version = numerics == NumericsProfile.Fp32Ieee ? NumericsProfile.Fp32IeeeVersion : NumericsProfile.MatrixVersion;
        return NumericsProfile.IsDeviceToDevice(numerics)
            ? ExecutionKey.ForOperator(GemmName, numerics, version, inputs)
            : ExecutionKey.ForOperator($"{GemmName} on {DeviceFingerprint.Of(Device)}", numerics, version, inputs);
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
