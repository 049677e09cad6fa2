// The product of examples/GemmVulkan in plain Vulkan calls: what HLX does for a caller, without its store, checks and errors.
using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;

float[] a = [1, 2, 3, 4], b = [5, 6, 7, 8];
float[] c = RawGemm.Multiply(a, b, 2, 2, 2, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "gemm.spv")));
Console.WriteLine($"[[{c[0]}, {c[1]}], [{c[2]}, {c[3]}]]");

internal static unsafe class RawGemm
{
    public static float[] Multiply(float[] a, float[] b, int m, int n, int k, byte[] spirv)
    {
        nint loader = NativeLibrary.Load("libvulkan.so.1");
        using Vk vk = new(new LamdaNativeContext(name => NativeLibrary.TryGetExport(loader, name, out nint address) ? address : 0));

        // Instance and the first device with a compute queue.
        ApplicationInfo application = new() { SType = StructureType.ApplicationInfo, ApiVersion = Vk.Version11 };
        InstanceCreateInfo instanceInfo = new() { SType = StructureType.InstanceCreateInfo, PApplicationInfo = &application };
        Instance instance;
        Check(vk.CreateInstance(&instanceInfo, null, &instance));
        vk.CurrentInstance = instance;
        uint deviceCount = 1;
        PhysicalDevice physical;
        Result found = vk.EnumeratePhysicalDevices(instance, &deviceCount, &physical);
        if (deviceCount == 0 || found is not (Result.Success or Result.Incomplete)) throw new InvalidOperationException("no Vulkan device");
        uint familyCount = 0;
        vk.GetPhysicalDeviceQueueFamilyProperties(physical, &familyCount, null);
        QueueFamilyProperties[] families = new QueueFamilyProperties[familyCount];
        fixed (QueueFamilyProperties* first = families) vk.GetPhysicalDeviceQueueFamilyProperties(physical, &familyCount, first);
        uint family = (uint)Array.FindIndex(families, candidate => candidate.QueueFlags.HasFlag(QueueFlags.ComputeBit));

        // Logical device and queue.
        float priority = 1;
        DeviceQueueCreateInfo queueInfo = new() { SType = StructureType.DeviceQueueCreateInfo, QueueFamilyIndex = family, QueueCount = 1, PQueuePriorities = &priority };
        DeviceCreateInfo deviceInfo = new() { SType = StructureType.DeviceCreateInfo, QueueCreateInfoCount = 1, PQueueCreateInfos = &queueInfo };
        Device device;
        Check(vk.CreateDevice(physical, &deviceInfo, null, &device));
        vk.GetDeviceQueue(device, family, 0, out Queue queue);

        // Three buffers that the processor can see.
        PhysicalDeviceMemoryProperties memoryTypes;
        vk.GetPhysicalDeviceMemoryProperties(physical, &memoryTypes);
        float[] c = new float[m * n];
        float[][] contents = [a, b, c];
        VkBuffer[] buffers = new VkBuffer[3];
        DeviceMemory[] memories = new DeviceMemory[3];
        for (int i = 0; i < 3; i++)
        {
            BufferCreateInfo bufferInfo = new() { SType = StructureType.BufferCreateInfo, Size = (ulong)(4 * contents[i].Length), Usage = BufferUsageFlags.StorageBufferBit };
            VkBuffer buffer;
            Check(vk.CreateBuffer(device, &bufferInfo, null, &buffer));
            MemoryRequirements needs;
            vk.GetBufferMemoryRequirements(device, buffer, &needs);
            MemoryAllocateInfo allocation = new() { SType = StructureType.MemoryAllocateInfo, AllocationSize = needs.Size, MemoryTypeIndex = HostVisibleType(memoryTypes, needs.MemoryTypeBits) };
            DeviceMemory memory;
            Check(vk.AllocateMemory(device, &allocation, null, &memory));
            Check(vk.BindBufferMemory(device, buffer, memory, 0));
            void* mapped;
            Check(vk.MapMemory(device, memory, 0, Vk.WholeSize, 0, &mapped));
            contents[i].CopyTo(new Span<float>(mapped, contents[i].Length));
            vk.UnmapMemory(device, memory);
            (buffers[i], memories[i]) = (buffer, memory);
        }

        // Descriptor set layout, pipeline layout, pipeline.
        DescriptorSetLayoutBinding* bindings = stackalloc DescriptorSetLayoutBinding[3];
        for (uint i = 0; i < 3; i++)
        {
            bindings[i] = new() { Binding = i, DescriptorType = DescriptorType.StorageBuffer, DescriptorCount = 1, StageFlags = ShaderStageFlags.ComputeBit };
        }
        DescriptorSetLayoutCreateInfo setLayoutInfo = new() { SType = StructureType.DescriptorSetLayoutCreateInfo, BindingCount = 3, PBindings = bindings };
        DescriptorSetLayout setLayout;
        Check(vk.CreateDescriptorSetLayout(device, &setLayoutInfo, null, &setLayout));
        PushConstantRange range = new() { StageFlags = ShaderStageFlags.ComputeBit, Size = 12 };
        PipelineLayoutCreateInfo layoutInfo = new()
        {
            SType = StructureType.PipelineLayoutCreateInfo,
            SetLayoutCount = 1,
            PSetLayouts = &setLayout,
            PushConstantRangeCount = 1,
            PPushConstantRanges = &range,
        };
        PipelineLayout layout;
        Check(vk.CreatePipelineLayout(device, &layoutInfo, null, &layout));
        ShaderModule module;
        Pipeline pipeline;
        fixed (byte* code = spirv, entry = Encoding.UTF8.GetBytes("main\0"))
        {
            ShaderModuleCreateInfo moduleInfo = new() { SType = StructureType.ShaderModuleCreateInfo, CodeSize = (nuint)spirv.Length, PCode = (uint*)code };
            Check(vk.CreateShaderModule(device, &moduleInfo, null, &module));
            ComputePipelineCreateInfo pipelineInfo = new()
            {
                SType = StructureType.ComputePipelineCreateInfo,
                Layout = layout,
                Stage = new() { SType = StructureType.PipelineShaderStageCreateInfo, Stage = ShaderStageFlags.ComputeBit, Module = module, PName = entry },
            };
            Check(vk.CreateComputePipelines(device, default, 1, &pipelineInfo, null, &pipeline));
        }

        // Descriptor set.
        DescriptorPoolSize poolSize = new(DescriptorType.StorageBuffer, 3);
        DescriptorPoolCreateInfo poolInfo = new() { SType = StructureType.DescriptorPoolCreateInfo, MaxSets = 1, PoolSizeCount = 1, PPoolSizes = &poolSize };
        DescriptorPool pool;
        Check(vk.CreateDescriptorPool(device, &poolInfo, null, &pool));
        DescriptorSetAllocateInfo setInfo = new() { SType = StructureType.DescriptorSetAllocateInfo, DescriptorPool = pool, DescriptorSetCount = 1, PSetLayouts = &setLayout };
        DescriptorSet set;
        Check(vk.AllocateDescriptorSets(device, &setInfo, &set));
        for (uint i = 0; i < 3; i++)
        {
            DescriptorBufferInfo bufferInfo = new(buffers[i], 0, Vk.WholeSize);
            WriteDescriptorSet write = new() { SType = StructureType.WriteDescriptorSet, DstSet = set, DstBinding = i, DescriptorCount = 1, DescriptorType = DescriptorType.StorageBuffer, PBufferInfo = &bufferInfo };
            vk.UpdateDescriptorSets(device, 1, &write, 0, null);
        }

        // Commands: bind, dispatch one workgroup for each 16×16 tile, make the result visible to the processor.
        CommandPoolCreateInfo commandPoolInfo = new() { SType = StructureType.CommandPoolCreateInfo, QueueFamilyIndex = family };
        CommandPool commandPool;
        Check(vk.CreateCommandPool(device, &commandPoolInfo, null, &commandPool));
        CommandBufferAllocateInfo commandInfo = new() { SType = StructureType.CommandBufferAllocateInfo, CommandPool = commandPool, CommandBufferCount = 1 };
        CommandBuffer commands;
        Check(vk.AllocateCommandBuffers(device, &commandInfo, &commands));
        CommandBufferBeginInfo begin = new() { SType = StructureType.CommandBufferBeginInfo };
        Check(vk.BeginCommandBuffer(commands, &begin));
        vk.CmdBindPipeline(commands, PipelineBindPoint.Compute, pipeline);
        vk.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, layout, 0, 1, &set, 0, null);
        uint* shape = stackalloc uint[3] { (uint)m, (uint)n, (uint)k };
        vk.CmdPushConstants(commands, layout, ShaderStageFlags.ComputeBit, 0, 12, shape);
        vk.CmdDispatch(commands, (uint)(n + 15) / 16, (uint)(m + 15) / 16, 1);
        MemoryBarrier barrier = new() { SType = StructureType.MemoryBarrier, SrcAccessMask = AccessFlags.ShaderWriteBit, DstAccessMask = AccessFlags.HostReadBit };
        vk.CmdPipelineBarrier(commands, PipelineStageFlags.ComputeShaderBit, PipelineStageFlags.HostBit, 0, 1, &barrier, 0, null, 0, null);
        Check(vk.EndCommandBuffer(commands));

        // Submit, wait, read.
        SubmitInfo submit = new() { SType = StructureType.SubmitInfo, CommandBufferCount = 1, PCommandBuffers = &commands };
        Check(vk.QueueSubmit(queue, 1, &submit, default));
        Check(vk.QueueWaitIdle(queue));
        void* result;
        Check(vk.MapMemory(device, memories[2], 0, Vk.WholeSize, 0, &result));
        new ReadOnlySpan<float>(result, c.Length).CopyTo(c);

        vk.DestroyCommandPool(device, commandPool, null);
        vk.DestroyDescriptorPool(device, pool, null);
        vk.DestroyPipeline(device, pipeline, null);
        vk.DestroyShaderModule(device, module, null);
        vk.DestroyPipelineLayout(device, layout, null);
        vk.DestroyDescriptorSetLayout(device, setLayout, null);
        for (int i = 0; i < 3; i++)
        {
            vk.DestroyBuffer(device, buffers[i], null);
            vk.FreeMemory(device, memories[i], null);
        }
        vk.DestroyDevice(device, null);
        vk.DestroyInstance(instance, null);
        return c;
    }

    private static uint HostVisibleType(PhysicalDeviceMemoryProperties memory, uint allowed)
    {
        const MemoryPropertyFlags Wanted = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;
        for (int i = 0; i < memory.MemoryTypeCount; i++)
        {
            if ((allowed & (1u << i)) != 0 && memory.MemoryTypes[i].PropertyFlags.HasFlag(Wanted)) return (uint)i;
        }
        throw new InvalidOperationException("no memory that the processor can see");
    }

    private static void Check(Result result)
    {
        if (result != Result.Success) throw new InvalidOperationException($"Vulkan: {result}");
    }
}
