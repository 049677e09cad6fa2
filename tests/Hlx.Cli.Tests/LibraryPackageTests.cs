using Hlx.Cli.Drivers;

namespace Hlx.Cli.Tests;

public sealed class LibraryPackageTests
{
    [Theory]
    [InlineData("libEGL.so.1", "libegl1")]
    [InlineData("libGLX.so.0", "libglx0")]
    [InlineData("libGL.so.1", "libgl1")]
    [InlineData("libGLdispatch.so.0", "libglvnd0")]
    [InlineData("libX11.so.6", "libx11-6")]
    [InlineData("libX11-xcb.so.1", "libx11-xcb1")]
    [InlineData("libXext.so.6", "libxext6")]
    [InlineData("libvulkan.so.1", "libvulkan1")]
    [InlineData("libwayland-client.so.0", "libwayland-client0")]
    [InlineData("libdrm.so.2", "libdrm2")]
    [InlineData("libdrm_amdgpu.so.1", "libdrm-amdgpu1")]
    [InlineData("libLLVM-15.so.1", "libllvm15")]
    [InlineData("libLLVM.so.19.1", "libllvm19")]
    [InlineData("libxcb.so.1", "libxcb1")]
    [InlineData("libxcb-dri3.so.0", "libxcb-dri3-0")]
    [InlineData("libxcb-randr.so.0", "libxcb-randr0")]
    [InlineData("libxcb-sync.so.1", "libxcb-sync1")]
    [InlineData("libxshmfence.so.1", "libxshmfence1")]
    [InlineData("libgbm.so.1", "libgbm1")]
    [InlineData("libz.so.1", "zlib1g")]
    [InlineData("libstdc++.so.6", "libstdc++6")]
    [InlineData("libc.so.6", "libc6")]
    public void A_library_has_its_Debian_package(string library, string package) => Assert.Equal(package, LibraryPackage.Of(library));

    [Theory]
    [InlineData("libnvidia-glcore.so.550.54.14")]
    [InlineData("libGLX_nvidia.so.0")]
    [InlineData("libEGL_nvidia.so.0")]
    [InlineData("libvulkan_radeon.so")]
    [InlineData("/opt/driver/libdriver.so")]
    public void What_is_part_of_a_driver_has_none(string library) => Assert.Null(LibraryPackage.Of(library));
}
