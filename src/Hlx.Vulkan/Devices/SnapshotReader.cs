using System.Runtime.InteropServices;
using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Asks a driver what it reports about a device, once.</summary>
internal static unsafe class SnapshotReader
{
    private const string Robustness2 = "VK_EXT_robustness2";

    public static DeviceSnapshot Read(Vk api, PhysicalDevice device, int index)
    {
        PhysicalDeviceDriverProperties driver = new() { SType = StructureType.PhysicalDeviceDriverProperties };
        PhysicalDeviceMaintenance3Properties maintenance = new() { SType = StructureType.PhysicalDeviceMaintenance3Properties, PNext = &driver };
        PhysicalDeviceIDProperties id = new() { SType = StructureType.PhysicalDeviceIDProperties, PNext = &maintenance };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = &id };
        api.GetPhysicalDeviceProperties2(device, &properties);

        PhysicalDeviceProperties core = properties.Properties;
        PhysicalDeviceLimits limits = core.Limits;
        return new DeviceSnapshot(
            index,
            Marshal.PtrToStringUTF8((nint)core.DeviceName) ?? "",
            TypeOf(core.DeviceType),
            Convert.ToHexStringLower(new ReadOnlySpan<byte>(id.DeviceUuid, 16)),
            VersionOf(core.ApiVersion),
            $"{Marshal.PtrToStringUTF8((nint)driver.DriverName)} {Marshal.PtrToStringUTF8((nint)driver.DriverInfo)}".Trim(),
            new DeviceLimits(
                new(limits.MaxComputeWorkGroupSize[0], limits.MaxComputeWorkGroupSize[1], limits.MaxComputeWorkGroupSize[2]),
                limits.MaxComputeWorkGroupInvocations,
                new(limits.MaxComputeWorkGroupCount[0], limits.MaxComputeWorkGroupCount[1], limits.MaxComputeWorkGroupCount[2]),
                limits.MaxComputeSharedMemorySize,
                limits.MaxPushConstantsSize,
                (long)Math.Min(limits.MaxStorageBufferRange, maintenance.MaxMemoryAllocationSize)),
            QueueFamilies(api, device),
            DeviceLocalBytes(api, device),
            limits.TimestampPeriod,
            OffersRobustBufferAccess2(api, device));
    }

    private static List<QueueFamily> QueueFamilies(Vk api, PhysicalDevice device)
    {
        uint count = 0;
        api.GetPhysicalDeviceQueueFamilyProperties(device, &count, null);
        QueueFamilyProperties[] families = new QueueFamilyProperties[count];
        fixed (QueueFamilyProperties* first = families) api.GetPhysicalDeviceQueueFamilyProperties(device, &count, first);
        return
        [
            .. families.Select((family, index) => new QueueFamily(
                (uint)index, family.QueueCount, family.QueueFlags.HasFlag(QueueFlags.ComputeBit), family.QueueFlags.HasFlag(QueueFlags.GraphicsBit),
                family.TimestampValidBits)),
        ];
    }

    private static long DeviceLocalBytes(Vk api, PhysicalDevice device)
    {
        PhysicalDeviceMemoryProperties memory;
        api.GetPhysicalDeviceMemoryProperties(device, &memory);
        long bytes = 0;
        for (int i = 0; i < memory.MemoryHeapCount; i++)
        {
            if (memory.MemoryHeaps[i].Flags.HasFlag(MemoryHeapFlags.DeviceLocalBit)) bytes += (long)memory.MemoryHeaps[i].Size;
        }
        return bytes;
    }

    private static bool OffersRobustBufferAccess2(Vk api, PhysicalDevice device)
    {
        uint count = 0;
        if (api.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, null) != Result.Success) return false;
        ExtensionProperties[] extensions = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = extensions) _ = api.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, first);
        bool offered = false;
        foreach (ExtensionProperties extension in extensions)
            offered |= Marshal.PtrToStringUTF8((nint)extension.ExtensionName) == Robustness2;
        if (!offered) return false;
        PhysicalDeviceRobustness2FeaturesEXT robustness = new() { SType = StructureType.PhysicalDeviceRobustness2FeaturesExt };
        PhysicalDeviceFeatures2 features = new() { SType = StructureType.PhysicalDeviceFeatures2, PNext = &robustness };
        api.GetPhysicalDeviceFeatures2(device, &features);
        return robustness.RobustBufferAccess2;
    }

    private static DeviceType TypeOf(PhysicalDeviceType type) => type switch
    {
        PhysicalDeviceType.IntegratedGpu => DeviceType.Integrated,
        PhysicalDeviceType.DiscreteGpu => DeviceType.Discrete,
        PhysicalDeviceType.VirtualGpu => DeviceType.Virtual,
        PhysicalDeviceType.Cpu => DeviceType.Cpu,
        _ => DeviceType.Other,
    };

    private static Version VersionOf(uint version) => new((int)(version >> 22) & 0x7f, (int)(version >> 12) & 0x3ff, (int)version & 0xfff);
}
