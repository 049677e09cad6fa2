// A Vulkan driver for tests: lavapipe that says it is a discrete GPU, and fails or crashes where HLX_TEST_DRIVER says.
//   create    vkCreateDevice returns VK_ERROR_INITIALIZATION_FAILED
//   crash     vkCreateDevice aborts
//   cpu       the same, and the driver says that it computes on the processor, as lavapipe does
//   load      so does the first call of all
//   nothing   everything succeeds, and no shader runs
//   module    vkCreateShaderModule aborts for a module that holds the word 0x0BADC0DE
//   needs     offers nothing, as the library that HLX_TEST_LIBRARY names, which it opens itself, is not there
//   refuse    vkCreateInstance returns VK_ERROR_INCOMPATIBLE_DRIVER, as drivers do whose device is not in the machine
//   none      vkEnumeratePhysicalDevices finds no device
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*GetFunction)(void *, const char *);
typedef struct { unsigned apiVersion, driverVersion, vendorID, deviceID, deviceType; } Properties; // as VkPhysicalDeviceProperties begins
typedef struct { long sType; void *pNext; Properties properties; } Properties2;

static void (*properties)(void *, Properties *), (*properties2)(void *, Properties2 *);

static int is(const char *mode)
{
    const char *chosen = getenv("HLX_TEST_DRIVER");
    return chosen && !strcmp(chosen, mode);
}

static Function of_lavapipe(const char *name)
{
    static void *driver;
    if (!driver) driver = dlopen("libvulkan_lvp.so", RTLD_NOW | RTLD_LOCAL);
    if (!driver) driver = dlopen("/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so", RTLD_NOW | RTLD_LOCAL);
    return (Function)dlsym(driver, name);
}

static int (*create)(void *, const void *, const void *, void *);
static GetFunction get_of_device;

static int create_device(void *device, const void *info, const void *allocator, void *result)
{
    if (is("nothing") || is("module")) return create(device, info, allocator, result);
    if (is("crash") || is("cpu")) abort();
    return -3;
}

static int create_instance(const void *info, const void *allocator, void *result) { return -9; }
static int enumerate(void *instance, unsigned *count, void *devices) { *count = 0; return 0; }

static unsigned type(void) { return is("cpu") ? 4 : 2; } // VK_PHYSICAL_DEVICE_TYPE_CPU, _DISCRETE_GPU
static void get_properties(void *device, Properties *result) { properties(device, result); result->deviceType = type(); }
static void get_properties2(void *device, Properties2 *result) { properties2(device, result); result->properties.deviceType = type(); }

static void dispatch(void *commands, unsigned x, unsigned y, unsigned z) { }

typedef struct { long sType; void *pNext; long flags; size_t bytes; const unsigned *code; } ModuleInfo; // as VkShaderModuleCreateInfo
static int (*create_module)(void *, const ModuleInfo *, const void *, void *);
static int create_module_or_abort(void *device, const ModuleInfo *info, const void *allocator, void *result)
{
    for (size_t i = 0; i < info->bytes / 4; i++) if (info->code[i] == 0x0BADC0DE) abort();
    return create_module(device, info, allocator, result);
}

static Function get_device_function(void *device, const char *name)
{
    if (is("nothing") && !strcmp(name, "vkCmdDispatch")) return (Function)dispatch;
    Function found = get_of_device(device, name);
    if (!is("module") || strcmp(name, "vkCreateShaderModule")) return found;
    create_module = (void *)found;
    return (Function)create_module_or_abort;
}

static Function replaced(const char *name, Function found)
{
    if (!found) return 0;
    if (!strcmp(name, "vkCreateDevice")) { create = (void *)found; return (Function)create_device; }
    if (!strcmp(name, "vkGetDeviceProcAddr")) { get_of_device = (GetFunction)found; return (Function)get_device_function; }
    if (is("refuse") && !strcmp(name, "vkCreateInstance")) return (Function)create_instance;
    if (is("none") && !strcmp(name, "vkEnumeratePhysicalDevices")) return (Function)enumerate;
    if (!strcmp(name, "vkGetPhysicalDeviceProperties")) { properties = (void *)found; return (Function)get_properties; }
    if (!strcmp(name, "vkGetPhysicalDeviceProperties2") || !strcmp(name, "vkGetPhysicalDeviceProperties2KHR")) { properties2 = (void *)found; return (Function)get_properties2; }
    return found;
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name)
{
    if (is("needs") && !dlopen(getenv("HLX_TEST_LIBRARY"), RTLD_NOW)) return 0;
    return replaced(name, ((GetFunction)of_lavapipe("vk_icdGetInstanceProcAddr"))(instance, name));
}

Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name)
{
    return replaced(name, ((GetFunction)of_lavapipe("vk_icdGetPhysicalDeviceProcAddr"))(instance, name));
}

int vk_icdNegotiateLoaderICDInterfaceVersion(unsigned *version)
{
    if (is("load")) abort();
    return ((int (*)(unsigned *))of_lavapipe("vk_icdNegotiateLoaderICDInterfaceVersion"))(version);
}
