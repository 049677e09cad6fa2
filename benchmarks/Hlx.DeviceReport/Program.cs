// What a Vulkan device gives: whether its products have the CPU device's handles, on every kind of number, and how long they take.
//   Hlx.DeviceReport DEVICE FOLDER                writes handles, host-cost and gemm-first (.json and .csv) into FOLDER
//   Hlx.DeviceReport DEVICE FOLDER --validation   compares the handles under the validation layer; any message of it is a failure
//   Hlx.DeviceReport DEVICE --compile [FOLDER]    compiles every kernel and executes nothing; FOLDER receives the SPIR-V
using System.Globalization;
using Hlx.DeviceReport;
using Hlx.Vulkan;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [string compiler, "--compile", .. string[] modules] && modules.Length <= 1)
{
    try
    {
        int? spilling = CompileReport.Write(compiler, Console.Out, modules.FirstOrDefault());
        if (spilling is null) Console.Error.WriteLine("error: the driver tells nothing of its shaders (VK_KHR_pipeline_executable_properties)");
        return spilling is null ? 1 : 0;
    }
    catch (HlxException failure)
    {
        Console.Error.WriteLine($"error {failure.Message}");
        return 1;
    }
}
if (args is not [string address, string folder, .. string[] rest] || rest is not ([] or ["--validation"]))
{
    Console.Error.WriteLine("usage: Hlx.DeviceReport DEVICE FOLDER [--validation]\n       Hlx.DeviceReport DEVICE --compile [FOLDER]");
    return 2;
}
try
{
    bool validation = rest.Length > 0;
    using VulkanContext device = VulkanContext.Open(address, new VulkanOptions { Validation = validation });
    using CpuDevice cpu = new();
    Console.WriteLine($"{device.Name}, {device.Driver}, fused fma {device.Behaviour.FusedFma}, keeps denormals {device.Behaviour.KeepsDenormals}");
    bool agree = HandleReport.Write(device, cpu, folder);
    if (validation)
    {
        Console.WriteLine($"{device.ValidationMessages.Count} validation messages");
        foreach (string message in device.ValidationMessages) Console.WriteLine(message);
        return agree && device.ValidationMessages.Count == 0 ? 0 : 1;
    }
    HostCostReport.Write(device, folder);
    TimeReport.Write(device, cpu, folder);
    return agree ? 0 : 1;
}
catch (HlxException failure)
{
    Console.Error.WriteLine($"error {failure.Message}");
    return 1;
}
