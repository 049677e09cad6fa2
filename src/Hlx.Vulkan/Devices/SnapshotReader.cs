using System.Runtime.InteropServices;
using Hlx.Compute;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Asks a driver what it reports about a device, once.</summary>
internal static unsafe class SnapshotReader
{
    public static DeviceSnapshot Read(Vk api, Instance instance, PhysicalDevice device, int index)
    {
        PhysicalDeviceSubgroupProperties subgroup = new() { SType = StructureType.PhysicalDeviceSubgroupProperties };
        PhysicalDeviceFloatControlsProperties floats = new() { SType = StructureType.PhysicalDeviceFloatControlsProperties, PNext = &subgroup };
        PhysicalDeviceDriverProperties driver = new() { SType = StructureType.PhysicalDeviceDriverProperties, PNext = &floats };
        PhysicalDeviceMaintenance3Properties maintenance = new() { SType = StructureType.PhysicalDeviceMaintenance3Properties, PNext = &driver };
        PhysicalDeviceIDProperties id = new() { SType = StructureType.PhysicalDeviceIDProperties, PNext = &maintenance };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2, PNext = &id };
        api.GetPhysicalDeviceProperties2(device, &properties);

        PhysicalDeviceProperties core = properties.Properties;
        PhysicalDeviceLimits limits = core.Limits;
        Version version = VersionOf(core.ApiVersion);
        HashSet<string> extensions = Extensions(api, device);
        string[] features = [.. Features(api, device, version, extensions).Concat(Names(floats)).Concat(Names(subgroup, extensions))
            .Concat(FeatureTable.WithoutStructure.Where(extensions.Contains)).Order(StringComparer.Ordinal)];
        return new DeviceSnapshot(
            index,
            Marshal.PtrToStringUTF8((nint)core.DeviceName) ?? "",
            TypeOf(core.DeviceType),
            Convert.ToHexStringLower(new ReadOnlySpan<byte>(id.DeviceUuid, 16)),
            version,
            $"{Marshal.PtrToStringUTF8((nint)driver.DriverName)} {Marshal.PtrToStringUTF8((nint)driver.DriverInfo)}".Trim(),
            new DeviceLimits(
                new(limits.MaxComputeWorkGroupSize[0], limits.MaxComputeWorkGroupSize[1], limits.MaxComputeWorkGroupSize[2]),
                limits.MaxComputeWorkGroupInvocations,
                new(limits.MaxComputeWorkGroupCount[0], limits.MaxComputeWorkGroupCount[1], limits.MaxComputeWorkGroupCount[2]),
                limits.MaxComputeSharedMemorySize,
                limits.MaxPushConstantsSize,
                (long)Math.Min(limits.MaxStorageBufferRange, maintenance.MaxMemoryAllocationSize))
            {
                Descriptors = Descriptors(limits, maintenance),
            },
            QueueFamilies(api, device),
            DeviceLocalBytes(api, device),
            limits.TimestampPeriod,
            subgroup.SubgroupSize,
            features,
            features.Contains("cooperativeMatrix") ? CooperativeMatrices(api, instance, device) : [])
        {
            Multiprocessors = Multiprocessors(api, device, extensions),
        };
    }

    private static DescriptorLimits Descriptors(PhysicalDeviceLimits limits, PhysicalDeviceMaintenance3Properties maintenance) => new()
    {
        MaxBoundDescriptorSets = limits.MaxBoundDescriptorSets,
        MaxPerStageDescriptorStorageBuffers = limits.MaxPerStageDescriptorStorageBuffers,
        MaxPerStageDescriptorUniformBuffers = limits.MaxPerStageDescriptorUniformBuffers,
        MaxPerStageDescriptorSampledImages = limits.MaxPerStageDescriptorSampledImages,
        MaxPerStageDescriptorStorageImages = limits.MaxPerStageDescriptorStorageImages,
        MaxPerStageResources = limits.MaxPerStageResources,
        MaxDescriptorSetStorageBuffers = limits.MaxDescriptorSetStorageBuffers,
        MaxDescriptorSetUniformBuffers = limits.MaxDescriptorSetUniformBuffers,
        MaxDescriptorSetSampledImages = limits.MaxDescriptorSetSampledImages,
        MaxDescriptorSetStorageImages = limits.MaxDescriptorSetStorageImages,
        MaxUniformBufferRange = limits.MaxUniformBufferRange,
        MaxTexelBufferElements = limits.MaxTexelBufferElements,
        MaxPerSetDescriptors = maintenance.MaxPerSetDescriptors,
        MaxStorageBufferRange = limits.MaxStorageBufferRange,
    };

    // Vulkan itself does not tell; two vendors' extensions do.
    private static int Multiprocessors(Vk api, PhysicalDevice device, HashSet<string> extensions)
    {
        PhysicalDeviceShaderSMBuiltinsPropertiesNV nvidia = new() { SType = StructureType.PhysicalDeviceShaderSMBuiltinsPropertiesNV };
        PhysicalDeviceShaderCorePropertiesAMD amd = new() { SType = StructureType.PhysicalDeviceShaderCorePropertiesAmd };
        PhysicalDeviceProperties2 properties = new() { SType = StructureType.PhysicalDeviceProperties2 };
        if (extensions.Contains("VK_NV_shader_sm_builtins")) properties.PNext = &nvidia;
        else if (extensions.Contains("VK_AMD_shader_core_properties")) properties.PNext = &amd;
        else return 0;
        api.GetPhysicalDeviceProperties2(device, &properties);
        return (int)(nvidia.ShaderSmcount + (amd.ShaderEngineCount * amd.ShaderArraysPerEngineCount * amd.ComputeUnitsPerShaderArray));
    }

    private static List<string> Features(Vk api, PhysicalDevice device, Version version, HashSet<string> extensions)
    {
        FeatureStructures features = default;
        FeatureStructures.Link(ref features, version, extensions);
        api.GetPhysicalDeviceFeatures2(device, &features.Core);
        return FeatureStructures.Names(ref features);
    }

    private static IEnumerable<string> Names(PhysicalDeviceFloatControlsProperties floats)
    {
        if (floats.ShaderDenormPreserveFloat16) yield return "shaderDenormPreserveFloat16";
        if (floats.ShaderDenormFlushToZeroFloat16) yield return "shaderDenormFlushToZeroFloat16";
        if (floats.ShaderSignedZeroInfNanPreserveFloat16) yield return "shaderSignedZeroInfNanPreserveFloat16";
        if (floats.ShaderRoundingModeRtefloat16) yield return "shaderRoundingModeRTEFloat16";
        if (floats.ShaderRoundingModeRtzfloat16) yield return "shaderRoundingModeRTZFloat16";
        if (floats.ShaderDenormPreserveFloat32) yield return "shaderDenormPreserveFloat32";
        if (floats.ShaderDenormFlushToZeroFloat32) yield return "shaderDenormFlushToZeroFloat32";
        if (floats.ShaderSignedZeroInfNanPreserveFloat32) yield return "shaderSignedZeroInfNanPreserveFloat32";
        if (floats.ShaderRoundingModeRtefloat32) yield return "shaderRoundingModeRTEFloat32";
        if (floats.ShaderRoundingModeRtzfloat32) yield return "shaderRoundingModeRTZFloat32";
        if (floats.ShaderDenormPreserveFloat64) yield return "shaderDenormPreserveFloat64";
        if (floats.ShaderDenormFlushToZeroFloat64) yield return "shaderDenormFlushToZeroFloat64";
        if (floats.ShaderSignedZeroInfNanPreserveFloat64) yield return "shaderSignedZeroInfNanPreserveFloat64";
        if (floats.ShaderRoundingModeRtefloat64) yield return "shaderRoundingModeRTEFloat64";
        if (floats.ShaderRoundingModeRtzfloat64) yield return "shaderRoundingModeRTZFloat64";
    }

    private static IEnumerable<string> Names(PhysicalDeviceSubgroupProperties subgroup, HashSet<string> extensions)
    {
        if (!subgroup.SupportedStages.HasFlag(ShaderStageFlags.ComputeBit)) yield break;
        foreach ((SubgroupFeatureFlags flag, string name) in ((SubgroupFeatureFlags, string)[])
        [
            (SubgroupFeatureFlags.VoteBit, "subgroupVote"), (SubgroupFeatureFlags.ArithmeticBit, "subgroupArithmetic"), (SubgroupFeatureFlags.BallotBit, "subgroupBallot"),
            (SubgroupFeatureFlags.ShuffleBit, "subgroupShuffle"), (SubgroupFeatureFlags.ShuffleRelativeBit, "subgroupShuffleRelative"),
            (SubgroupFeatureFlags.ClusteredBit, "subgroupClustered"), (SubgroupFeatureFlags.QuadBit, "subgroupQuad"),
        ])
        {
            if (subgroup.SupportedOperations.HasFlag(flag)) yield return name;
        }
        const string Partitioned = "subgroupPartitioned";
        if (subgroup.SupportedOperations.HasFlag(SubgroupFeatureFlags.PartitionedBitNV) && extensions.Contains(FeatureTable.ExtensionOf[Partitioned])) yield return Partitioned;
    }

    private static List<CooperativeMatrixShape> CooperativeMatrices(Vk api, Instance instance, PhysicalDevice device)
    {
        var list = (delegate* unmanaged<PhysicalDevice, uint*, CooperativeMatrixPropertiesKHR*, Result>)(nint)api.GetInstanceProcAddr(
            instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
        if (list is null) return [];
        uint count = 0;
        _ = list(device, &count, null);
        CooperativeMatrixPropertiesKHR[] shapes = new CooperativeMatrixPropertiesKHR[count];
        for (int i = 0; i < shapes.Length; i++) shapes[i].SType = StructureType.CooperativeMatrixPropertiesKhr;
        fixed (CooperativeMatrixPropertiesKHR* first = shapes) _ = list(device, &count, first);
        return
        [
            .. shapes.Where(shape => shape.Scope == ScopeKHR.SubgroupKhr).Select(shape => new CooperativeMatrixShape(
                shape.MSize, shape.NSize, shape.KSize, NameOf(shape.AType), NameOf(shape.BType), NameOf(shape.CType), NameOf(shape.ResultType))),
        ];
    }

    private static string NameOf(ComponentTypeKHR type)
    {
        const string Prefix = "ComponentType", Suffix = "Khr"; // the binding has several names for one value
        string name = $"{type}";
        if (name.StartsWith(Prefix, StringComparison.Ordinal)) name = name[Prefix.Length..];
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name;
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

    private static HashSet<string> Extensions(Vk api, PhysicalDevice device)
    {
        uint count = 0;
        if (api.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, null) != Result.Success) return [];
        ExtensionProperties[] extensions = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = extensions) _ = api.EnumerateDeviceExtensionProperties(device, (byte*)null, &count, first);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (ExtensionProperties extension in extensions) names.Add(Marshal.PtrToStringUTF8((nint)extension.ExtensionName) ?? "");
        return names;
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
