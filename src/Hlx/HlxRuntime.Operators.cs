using System.Collections.Concurrent;
using System.Diagnostics;
using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Store;
using Hlx.Values;

namespace Hlx;

/// <summary>What a product gave.</summary>
/// <param name="Result">The handle of C, f32[M,N].</param>
/// <param name="IsMemoized">Whether it was known already, or an equal request computed it at the same time; nothing was computed for this one then.</param>
/// <param name="Elapsed">From the request to the stored result.</param>
/// <param name="DeviceTime">How long the computation itself took; null if it was memoized or the device has no timestamps.</param>
/// <param name="Device">The name of the device that computed; empty if it was memoized.</param>
/// <param name="Path">How the fused multiply-adds were computed; null if it was memoized.</param>
public sealed record ProductRun(Handle Result, bool IsMemoized, TimeSpan Elapsed, TimeSpan? DeviceTime, string Device, FmaPath? Path);

public sealed partial class HlxRuntime
{
    private const string GemmName = "gemm";
    private const int MostProductKeys = 1 << 16;

    private readonly SingleFlight<ProductRun> _products = new();
    private readonly ConcurrentDictionary<(string Numerics, Handle A, Handle B), string> _productKeys = new(); // reading and hashing the inputs' values takes longer than a hit

    /// <summary>Multiplies two matrices; in the profile <c>fp32.ieee</c> with one handle on every device.</summary>
    /// <param name="a">A, a tensor [M,K] of the profile's type, or nested arrays for f32.</param>
    /// <param name="b">B, a tensor [K,N] of the same type, or nested arrays.</param>
    /// <param name="numerics">The numerics profile: one of <see cref="NumericsProfile.All"/>.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.NumericsUnsupported"/>, <see cref="ErrorCode.ShapeMismatch"/>,
    /// <see cref="ErrorCode.HandleNotFound"/>, <see cref="ErrorCode.LedgerIncident"/>; as <see cref="IKernelDevice.Run"/>.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is closed.</exception>
    public ProductRun Multiply(Handle a, Handle b, string numerics = NumericsProfile.Fp32Ieee)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this); // also where the product is known, and neither store nor device is asked
        long start = Stopwatch.GetTimestamp();
        if (!_productKeys.TryGetValue((numerics, a, b), out string? key))
        {
            if (!NumericsProfile.All.Contains(numerics))
                throw new HlxException(ErrorCode.NumericsUnsupported, $"\"{numerics}\" is not a numerics profile", $"Use one of {string.Join(", ", NumericsProfile.All)}");
            Handle left = TensorHandle(a);
            key = KeyOf(numerics, left, b == a ? left : TensorHandle(b));
            if (_productKeys.Count >= MostProductKeys) _productKeys.Clear();
            _productKeys.TryAdd((numerics, a, b), key);
        }
        if (!_options.Memoize) return Compute(key, numerics, a, b, Device, start);
        if (Known() is ProductRun known) return known;
        (ProductRun run, bool isJoined) = _products.Run(key, () => Known() ?? Compute(key, numerics, a, b, Device, start)); // it may have been recorded since
        if (!isJoined) return run;
        _memo.CountJoined();
        return Memoized(run.Result);

        ProductRun? Known()
        {
            if (_memo.Find(key) is not [Handle result]) return null;
            if (_memo.CountHit()) AuditProduct(key, numerics, a, b);
            return Memoized(result);
        }

        ProductRun Memoized(Handle result) => new(result, true, Stopwatch.GetElapsedTime(start), null, "", null);
    }

    /// <summary>As <see cref="Multiply"/>, on a thread of the pool: the caller's goes on.</summary>
    /// <param name="a">A, a tensor [M,K] of the profile's type, or nested arrays for f32.</param>
    /// <param name="b">B, a tensor [K,N] of the same type, or nested arrays.</param>
    /// <param name="numerics">The numerics profile: one of <see cref="NumericsProfile.All"/>.</param>
    /// <param name="cancellation">Ends the waiting. A product that the device is computing already is finished, and remembered for the next caller.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="HlxException">As <see cref="Multiply"/>.</exception>
    public Task<ProductRun> MultiplyAsync(Handle a, Handle b, string numerics = NumericsProfile.Fp32Ieee, CancellationToken cancellation = default) =>
        Task.Run(() => Multiply(a, b, numerics), cancellation).WaitAsync(cancellation);

    private ProductRun Compute(string key, string numerics, Handle a, Handle b, IComputeDevice device, long start)
    {
        _options.Progress?.Report(new(device.Name, null));
        (GemmResult product, device) = Product(device, numerics, Space.ResolveTensor(a), Space.ResolveTensor(b));
        Handle result = Collapse(product.Product);
        _memo.CountComputed();
        _memo.Record(key, [result], HlxValue.Object(
            ("operator", GemmName), ("numerics", numerics), ("inputs", HlxValue.Array(a, b)),
            ("device", device.Name), ("driver", device.Driver), ("path", product.Path is FmaPath path ? path.ToString().ToLowerInvariant() : "")));
        return new(result, false, Stopwatch.GetElapsedTime(start), product.DeviceTime, device.Name, product.Path);
    }

    // A product that is too large for a device that nobody named is the CPU's, which has the same bits.
    private (GemmResult Product, IComputeDevice Device) Product(IComputeDevice device, string numerics, Tensor a, Tensor b)
    {
        try
        {
            return (Gemm.Multiply(device, numerics, a, b, RangeOf), device);
        }
        catch (HlxException refusal) when (NumericsProfile.IsDeviceToDevice(numerics) && _devices.InsteadOf(refusal) is IComputeDevice cpu)
        {
            return (Gemm.Multiply(cpu, numerics, a, b, RangeOf), cpu);
        }
    }

    // On the CPU where the profile promises its bits and the result came from elsewhere; else on this runtime's device.
    private void AuditProduct(string key, string numerics, Handle a, Handle b)
    {
        string first = Space.Ledger.FindEntry(key) is LedgerEntry entry ? Json.Decode(entry.Provenance).AsObject()["device"].AsText() : "";
        using CpuDevice cpu = new();
        IComputeDevice device = NumericsProfile.IsDeviceToDevice(numerics) && first != cpu.Name ? cpu : Device;
        Compute(key, numerics, a, b, device, Stopwatch.GetTimestamp());
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

    private FloatRange RangeOf(Tensor matrix)
    {
        if (FloatRange.Parse(Space.Ledger.FindFact(matrix.DataHandle, FloatRange.FactName)) is FloatRange known) return known;
        FloatRange range = FloatRange.Of(matrix.AsSpan<float>());
        Space.Ledger.RecordFact(matrix.DataHandle, FloatRange.FactName, range.ToString());
        return range;
    }
}
