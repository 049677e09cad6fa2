using Hlx.Compute;
using Hlx.Store;
using Hlx.Values;

namespace Hlx;

/// <summary>
/// A store and a device: values go in and become handles, kernels run on handles, results come out as handles. Nothing is computed
/// twice. Safe for many threads.
/// </summary>
public sealed partial class HlxRuntime : IDisposable
{
    private readonly HlxOptions _options;
    private readonly RuntimeDevices _devices;
    private readonly Memo _memo;
    private readonly LatentSpace _space;
    private bool _isDisposed;

    private HlxRuntime(HlxOptions options)
    {
        if (!(options.AuditFraction is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(options), options.AuditFraction, "AuditFraction is a part of 1");
        _options = options;
        _space = options.InMemory ? LatentSpace.InMemory() : LatentSpace.Open(options.StoreFolder);
        _devices = new RuntimeDevices(options);
        _memo = new Memo(_space, options.AuditFraction);
    }

    /// <summary>How results that were known already have been used.</summary>
    public MemoStatistics MemoStatistics => _memo.Statistics;

    /// <summary>The store with its ledger.</summary>
    /// <exception cref="ObjectDisposedException">The runtime is closed.</exception>
    public LatentSpace Space
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _space;
        }
    }

    /// <summary>The device that operators run on; opened at its first use.</summary>
    /// <exception cref="HlxException">As <see cref="DeviceSelector.ForOperators"/>.</exception>
    public IComputeDevice Device => _devices.ForOperators();

    /// <summary>The device that shaders run on; opened at its first use.</summary>
    /// <exception cref="HlxException">As <see cref="DeviceSelector.ForShaders"/>; <see cref="ErrorCode.VulkanLoaderMissing"/>.</exception>
    public IKernelDevice KernelDevice => _devices.ForShaders();

    /// <summary>Why the CPU computes although no device was named, or null.</summary>
    public string? FallbackReason => _devices.FallbackReason;

    /// <summary>Opens a runtime.</summary>
    /// <param name="options">How; defaults if null.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.StoreIo"/>.</exception>
    public static HlxRuntime Open(HlxOptions? options = null) => new(options ?? new HlxOptions());

    /// <summary>Stores a value.</summary>
    /// <returns>Its handle.</returns>
    /// <exception cref="HlxException">As <see cref="LatentSpace.Collapse(HlxValue)"/>.</exception>
    public Handle Collapse(HlxValue value) => Space.Collapse(value);

    /// <summary>Stores a tensor with its data.</summary>
    /// <returns>The handle of its CONTRACT_950 value.</returns>
    public Handle Collapse(Tensor tensor) => Space.Collapse(tensor);

    /// <summary>Stores a contract: a shader, a kernel or a pipeline.</summary>
    /// <returns>Its handle.</returns>
    public Handle Collapse(IContract contract) => Space.Collapse((contract ?? throw new ArgumentNullException(nameof(contract))).ToValue());

    /// <summary>The value of a handle.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.HandleNotFound"/>, <see cref="ErrorCode.HandleInvalid"/>.</exception>
    public HlxValue Resolve(Handle handle) => Space.Resolve(handle);

    /// <summary>The value of a handle as a .NET type.</summary>
    /// <typeparam name="T"><see cref="HlxValue"/>, <see cref="Tensor"/>, <c>float[,]</c>, <see cref="VulkanShader"/>,
    /// <see cref="ComputeKernel"/> or <see cref="PipelineConfig"/>.</typeparam>
    /// <exception cref="HlxException"><see cref="ErrorCode.TypeMismatch"/> for another type or a value that is no such thing;
    /// as <see cref="Resolve(Handle)"/>.</exception>
    public T Resolve<T>(Handle handle)
    {
        object result = typeof(T) switch
        {
            Type type when type == typeof(HlxValue) => Resolve(handle),
            Type type when type == typeof(Tensor) => Space.ResolveTensor(handle),
            Type type when type == typeof(float[,]) => Space.ResolveTensor(handle).ToMatrix(),
            Type type when type == typeof(VulkanShader) => VulkanShader.FromValue(Resolve(handle)),
            Type type when type == typeof(ComputeKernel) => ComputeKernel.FromValue(Resolve(handle)),
            Type type when type == typeof(PipelineConfig) => PipelineConfig.FromValue(Resolve(handle)),
            _ => throw new HlxException(ErrorCode.TypeMismatch, $"a handle does not resolve to {typeof(T).Name}", "Resolve it as HlxValue or Tensor"),
        };
        return (T)result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _devices.Dispose();
        _space.Dispose();
    }
}
