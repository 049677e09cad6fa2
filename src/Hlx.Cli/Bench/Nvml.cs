using System.Runtime.InteropServices;

namespace Hlx.Cli.Bench;

/// <summary>The energy counter of the first NVIDIA GPU (NVML).</summary>
internal sealed partial class Nvml
{
    private readonly nint _device;

    private Nvml(nint device) => _device = device;

    /// <summary>The counter, or null where NVML or a GPU is missing.</summary>
    public static Nvml? Open()
    {
        try
        {
            return Init() == 0 && DeviceByIndex(0, out nint device) == 0 && TotalEnergy(device, out _) == 0 ? new Nvml(device) : null;
        }
        catch (DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Joules since the driver was loaded.</summary>
    public double Joules() => TotalEnergy(_device, out ulong millijoules) == 0 ? millijoules / 1e3 : double.NaN;

    [DllImport("libnvidia-ml.so.1", EntryPoint = "nvmlInit_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Init();

    [DllImport("libnvidia-ml.so.1", EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int DeviceByIndex(uint index, out nint device);

    [DllImport("libnvidia-ml.so.1", EntryPoint = "nvmlDeviceGetTotalEnergyConsumption")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TotalEnergy(nint device, out ulong millijoules);
}
