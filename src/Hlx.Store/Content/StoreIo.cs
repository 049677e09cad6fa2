using Hlx.Values;

namespace Hlx.Store;

/// <summary>Turns what the file system throws into the one error that HLX shows.</summary>
internal static class StoreIo
{
    public static T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new HlxException(
                ErrorCode.StoreIo, $"{what} ({failure.Message.TrimEnd('.')})",
                "Check the folder's permissions and free space, or set HLX_STORE to another folder", inner: failure);
        }
    }

    public static void Guard(string what, Action action) => Guard(what, () =>
    {
        action();
        return true;
    });
}
