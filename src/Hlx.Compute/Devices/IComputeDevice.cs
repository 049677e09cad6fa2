namespace Hlx.Compute;

/// <summary>Something that computes.</summary>
public interface IComputeDevice : IDisposable
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <summary>Its address: <c>cpu://</c> or <c>vulkan://uuid</c>.</summary>
    string Address { get; }

    /// <summary>The driver and its version, or the runtime's for the CPU.</summary>
    string Driver { get; }

    /// <summary>What its arithmetic does.</summary>
    DeviceBehaviour Behaviour { get; }
}

/// <summary>A device that runs shaders.</summary>
public interface IKernelDevice : IComputeDevice
{
    /// <summary>The limits that launches are checked against.</summary>
    DeviceLimits Limits { get; }

    /// <summary>Runs a shader once and waits for it.</summary>
    /// <param name="launch">What to run.</param>
    /// <exception cref="Values.HlxException"><see cref="Values.ErrorCode.DeviceMemory"/>, <see cref="Values.ErrorCode.DeviceLost"/>,
    /// <see cref="Values.ErrorCode.DeviceTimeout"/>, <see cref="Values.ErrorCode.DeviceLimit"/>,
    /// <see cref="Values.ErrorCode.SpirvInvalid"/>.</exception>
    KernelResult Run(KernelLaunch launch);
}
