// What a Vulkan device gives: whether its products have the CPU device's handles, on every kind of number, and how long they take.
//   Hlx.DeviceReport DEVICE FOLDER    writes handles.{json,csv} and gemm-first.{json,csv} into FOLDER
using System.Globalization;
using Hlx.DeviceReport;
using Hlx.Vulkan;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string address, string folder])
{
    Console.Error.WriteLine("usage: Hlx.DeviceReport DEVICE FOLDER");
    return 2;
}
try
{
    using VulkanContext device = VulkanContext.Open(address);
    using CpuDevice cpu = new();
    Console.WriteLine($"{device.Name}, {device.Driver}, fused fma {device.Behaviour.FusedFma}, keeps denormals {device.Behaviour.KeepsDenormals}");
    bool agree = HandleReport.Write(device, cpu, folder);
    TimeReport.Write(device, cpu, folder);
    return agree ? 0 : 1;
}
catch (HlxException failure)
{
    Console.Error.WriteLine($"error {failure.Message}");
    return 1;
}
