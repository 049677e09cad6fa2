namespace Hlx.Values;

/// <summary>
/// The stable names of everything that HLX refuses. A code never changes its meaning; where the HLX corpus (chapter RUNTIME,
/// section 8) gives a number, <see cref="NumberOf"/> returns it.
/// </summary>
public static class ErrorCode
{
    /// <summary>An LC-B stream is malformed, truncated, overlong or not canonical.</summary>
    public const string LcParse = "E_LC_PARSE";

    /// <summary>An LC-T text is malformed or not canonical.</summary>
    public const string LctParse = "E_LCT_PARSE";

    /// <summary>A JSON text is malformed or has no HLX value.</summary>
    public const string JsonParse = "E_JSON_PARSE";

    /// <summary>An npy file is malformed or holds a type that no tensor has.</summary>
    public const string NpyParse = "E_NPY_PARSE";

    /// <summary>A text is not valid Unicode (a lone surrogate, or bytes that are not UTF-8).</summary>
    public const string TextInvalid = "E_TEXT_INVALID";

    /// <summary>An integer is outside the signed 64-bit range.</summary>
    public const string IntRange = "E_INT_RANGE";

    /// <summary>A float is NaN or infinite.</summary>
    public const string FloatSpecial = "E_FLOAT_SPECIAL";

    /// <summary>Arrays and objects are nested deeper than 64.</summary>
    public const string DepthExceeded = "E_DEPTH_EXCEEDED";

    /// <summary>An encoding is larger than the limit that the caller set.</summary>
    public const string SizeExceeded = "E_SIZE_EXCEEDED";

    /// <summary>Object keys are not in canonical order, or one occurs twice.</summary>
    public const string FieldOrder = "E_FIELD_ORDER";

    /// <summary>Strict pre-serialise found keys out of order.</summary>
    public const string KeyOrder = "E_KEY_ORDER";

    /// <summary>A value has another kind or shape than the operation needs.</summary>
    public const string TypeMismatch = "E_TYPE_MISMATCH";

    /// <summary>A text is not a handle of the form <c>&amp;h_tag_hex</c>.</summary>
    public const string HandleInvalid = "E_HANDLE_INVALID";

    /// <summary>No object with this handle is in the store.</summary>
    public const string HandleNotFound = "E_HANDLE_NOT_FOUND";

    /// <summary>A tensor's shape, dtype and data do not fit together.</summary>
    public const string TensorInvalid = "E_TENSOR_INVALID";

    /// <summary>A contract is not an object of the form <c>{"id": {fields}}</c>.</summary>
    public const string ContractStructure = "E_CONTRACT_STRUCTURE";

    /// <summary>A contract lacks a required field.</summary>
    public const string ContractFieldMissing = "E_CONTRACT_FIELD_MISSING";

    /// <summary>A field of a contract has the wrong kind.</summary>
    public const string ContractFieldType = "E_CONTRACT_FIELD_TYPE";

    /// <summary>A contract of 900–950 has a field that its schema does not name.</summary>
    public const string ContractFieldUnknown = "E_CONTRACT_FIELD_UNKNOWN";

    /// <summary>A field of a contract has the right kind and a value that means nothing.</summary>
    public const string ContractFieldValue = "E_CONTRACT_FIELD_VALUE";

    /// <summary>The store's folder or ledger cannot be read or written.</summary>
    public const string StoreIo = "E_STORE_IO";

    /// <summary>A stored object no longer hashes to its handle.</summary>
    public const string StoreCorrupt = "E_STORE_CORRUPT";

    /// <summary>One execution key has produced two different results.</summary>
    public const string LedgerIncident = "E_LEDGER_INCIDENT";

    /// <summary>A transaction was used after it ended.</summary>
    public const string TransactionEnded = "E_TRANSACTION_ENDED";

    /// <summary>A SPIR-V module is malformed or refused by the validator.</summary>
    public const string SpirvInvalid = "E_SPIRV_INVALID";

    /// <summary>A SPIR-V module has no entry point of the given name.</summary>
    public const string EntryPointMissing = "E_ENTRY_POINT_MISSING";

    /// <summary>A shader stage cannot be executed by this device.</summary>
    public const string StageUnsupported = "E_STAGE_UNSUPPORTED";

    /// <summary>The buffers that a kernel names do not fit the bindings of its shader.</summary>
    public const string BindingMismatch = "E_BINDING_MISMATCH";

    /// <summary>The push constants that a kernel gives do not fit the block of its shader.</summary>
    public const string PushConstantMismatch = "E_PUSH_CONSTANT_MISMATCH";

    /// <summary>The shapes or element types of operands do not fit together.</summary>
    public const string ShapeMismatch = "E_SHAPE_MISMATCH";

    /// <summary>A numerics profile or determinism level is unknown, or the device cannot meet it.</summary>
    public const string NumericsUnsupported = "E_NUMERICS_UNSUPPORTED";

    /// <summary>A request exceeds a limit of the device.</summary>
    public const string DeviceLimit = "E_DEVICE_LIMIT";

    /// <summary>A shader needs a feature that the device does not offer.</summary>
    public const string DeviceFeature = "E_DEVICE_FEATURE";

    /// <summary>The Vulkan loader is not installed.</summary>
    public const string VulkanLoaderMissing = "E_VULKAN_LOADER_MISSING";

    /// <summary>No device matches the selection.</summary>
    public const string DeviceNotFound = "E_DEVICE_NOT_FOUND";

    /// <summary>A device matches the selection and cannot be used.</summary>
    public const string DeviceUnsuitable = "E_DEVICE_UNSUITABLE";

    /// <summary>The device has not enough memory for a request.</summary>
    public const string DeviceMemory = "E_DEVICE_MEMORY";

    /// <summary>The device was lost; every later call on it fails alike.</summary>
    public const string DeviceLost = "E_DEVICE_LOST";

    /// <summary>The device did not finish within the time limit.</summary>
    public const string DeviceTimeout = "E_DEVICE_TIMEOUT";

    /// <summary>The driver refused a call that HLX expected to succeed.</summary>
    public const string DriverFailure = "E_DRIVER_FAILURE";

    /// <summary>An environment variable of HLX has a value that cannot be used.</summary>
    public const string SettingInvalid = "E_SETTING_INVALID";

    /// <summary>The command line is wrong; the command writes it only where <c>--json</c> asks for errors as values.</summary>
    public const string Usage = "E_USAGE";

    /// <summary>A file cannot be read or written.</summary>
    public const string FileIo = "E_FILE_IO";

    /// <summary>A program that a benchmark compares with failed.</summary>
    public const string BenchPeer = "E_BENCH_PEER";

    /// <summary>A benchmark is slower than before by more than is allowed.</summary>
    public const string BenchRegression = "E_BENCH_REGRESSION";

    /// <summary>Results differ where they must not, or do not where they must.</summary>
    public const string BenchDeterminism = "E_BENCH_DETERMINISM";

    /// <summary>A report is not what the result files give.</summary>
    public const string BenchStale = "E_BENCH_STALE";

    /// <summary>HLX has a defect; what it found contradicts what it relies on.</summary>
    public const string Internal = "E_INTERNAL";

    /// <summary>The number that the HLX corpus assigns to a code.</summary>
    /// <param name="code">A code of this class.</param>
    /// <returns>The number, or null where the corpus gives none.</returns>
    public static int? NumberOf(string code) => code switch
    {
        LcParse => 1100,
        FieldOrder => 1301,
        HandleNotFound => 1401,
        _ => null,
    };
}
