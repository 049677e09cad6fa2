using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Command buffers with a pool of their own, so that threads can record side by side.</summary>
internal static unsafe class CommandBuffers
{
    /// <summary>A pool with one command buffer; destroying the pool frees it.</summary>
    public static (CommandPool Pool, CommandBuffer Commands) Create(VulkanDevice device)
    {
        CommandPoolCreateInfo create = new() { SType = StructureType.CommandPoolCreateInfo, QueueFamilyIndex = device.Plan.Family.Index };
        CommandPool pool;
        device.Faults.Next().OrThrow("creating a command pool");
        device.Api.CreateCommandPool(device.Handle, &create, null, &pool).OrThrow("creating a command pool");
        CommandBufferAllocateInfo allocate = new()
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = pool,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        CommandBuffer commands = default;
        Result result = device.Faults.Next();
        if (result == Result.Success) result = device.Api.AllocateCommandBuffers(device.Handle, &allocate, &commands);
        if (result != Result.Success) device.Api.DestroyCommandPool(device.Handle, pool, null);
        result.OrThrow("allocating a command buffer");
        return (pool, commands);
    }
}
