using Hlx.Testing;

namespace Hlx.Store.Tests;

public sealed class ContractValidatorTests
{
    private const string Shader = "\"spirv_binary\":{\"$bytes\":\"03022307\"},\"entry_point\":\"main\",\"shader_stage\":\"compute\"";
    private const string Kernel = "\"kernel_name\":\"k\",\"shader_handle\":\"&h_s\",\"workgroup_size\":[16,16,1]";

    [Theory]
    [InlineData("{\"14\":{\"@0\":1}}", "INT_LITERAL")]
    [InlineData("{\"15\":{\"@0\":1.5}}", "FLOAT_LITERAL")]
    [InlineData("{\"15\":{\"@0\":1}}", "FLOAT_LITERAL")]
    [InlineData("{\"16\":{\"@0\":\"a\"}}", "TEXT_LITERAL")]
    [InlineData("{\"17\":{\"@0\":{\"$bytes\":\"00\"}}}", "BYTES_LITERAL")]
    [InlineData("{\"18\":{\"@0\":[]}}", "ARRAY")]
    [InlineData("{\"19\":{\"@0\":{}}}", "OBJECT")]
    [InlineData("{\"20\":{\"@0\":\"&h_x\"}}", "HANDLE_REF")]
    [InlineData("{\"21\":{}}", "NULL")]
    [InlineData("{\"22\":{\"@0\":true}}", "BOOL")]
    [InlineData("{\"900\":{" + Shader + "}}", "VULKAN_SHADER")]
    [InlineData("{\"900\":{" + Shader + ",\"descriptor_bindings\":[\"&h_a\"]}}", "VULKAN_SHADER")]
    [InlineData("{\"901\":{" + Kernel + "}}", "COMPUTE_KERNEL")]
    [InlineData("{\"901\":{" + Kernel + ",\"inputs\":[\"&h_a\"],\"outputs\":[{\"dtype\":\"f32\",\"shape\":[2,0]}],\"dispatch\":[1,2,3],\"push_constants\":[1,2.5],\"specialization\":{\"0\":1,\"3\":true},\"numerics\":\"fp32.ieee\",\"determinism\":\"run-to-run\",\"shared_memory_bytes\":0,\"push_constants_layout\":\"int\"}}", "COMPUTE_KERNEL")]
    [InlineData("{\"902\":{\"pipeline_id\":\"p\",\"stages\":[\"&h_a\"],\"sync_barriers\":[{\"stage_idx\":0,\"memory_scope\":\"device\"}],\"output_image\":\"\"}}", "PIPELINE_CONFIG")]
    [InlineData("{\"950\":{\"dtype\":\"f32\",\"shape\":[1,2],\"data\":\"&h_b3_x\"}}", "TENSOR")]
    public void Accepts(string json, string name) => Assert.Equal(name, ContractValidator.Validate(Json.Decode(json))!.Name);

    [Theory]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("{\"a\":{}}")]
    [InlineData("{\"014\":{\"@0\":1}}")]
    [InlineData("{\"14\":{\"@0\":1},\"15\":{\"@0\":1.0}}")]
    [InlineData("{\"14\":5}")]
    [InlineData("{\"99999999999\":{}}")]
    public void What_has_not_the_form_of_a_contract_is_refused(string json) =>
        HlxAssert.Refuses(ErrorCode.ContractStructure, () => ContractValidator.Validate(Json.Decode(json)));

    [Fact]
    public void Unknown_contracts_pass() => Assert.Null(ContractValidator.Validate(Json.Decode("{\"777\":{\"anything\":1}}")));

    [Theory]
    [InlineData("{\"14\":{}}", ErrorCode.ContractFieldMissing)]
    [InlineData("{\"14\":{\"@0\":1.5}}", ErrorCode.ContractFieldType)]
    [InlineData("{\"16\":{\"@0\":\"&h_x\"}}", ErrorCode.ContractFieldType)]
    [InlineData("{\"20\":{\"@0\":\"x\"}}", ErrorCode.ContractFieldType)]
    [InlineData("{\"22\":{\"@0\":1}}", ErrorCode.ContractFieldType)]
    [InlineData("{\"900\":{\"entry_point\":\"main\",\"shader_stage\":\"compute\"}}", ErrorCode.ContractFieldMissing)]
    [InlineData("{\"900\":{" + Shader + ",\"extra\":1}}", ErrorCode.ContractFieldUnknown)]
    [InlineData("{\"900\":{" + Shader + ",\"descriptor_bindings\":[1]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"900\":{\"spirv_binary\":{\"$bytes\":\"\"},\"entry_point\":\"main\",\"shader_stage\":\"pixel\"}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"dispatch\":[1,2]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"dispatch\":[1,2,0]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"dispatch\":[1,2,4294967296]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"inputs\":[[1]]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"outputs\":[{\"dtype\":\"f33\",\"shape\":[2]}]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"outputs\":[{\"dtype\":\"f32\"}]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"outputs\":[{\"dtype\":\"f32\",\"shape\":[-1]}]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"outputs\":[{\"dtype\":\"f32\",\"shape\":[1],\"x\":1}]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"specialization\":{\"a\":1}}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"specialization\":{\"1\":\"x\"}}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"push_constants\":[null]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"determinism\":\"always\"}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"901\":{" + Kernel + ",\"shared_memory_bytes\":-1}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"902\":{\"pipeline_id\":\"p\",\"stages\":[1]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"902\":{\"pipeline_id\":\"p\",\"stages\":[],\"sync_barriers\":[{\"stage_idx\":0}]}}", ErrorCode.ContractFieldValue)]
    [InlineData("{\"950\":{\"dtype\":\"f32\",\"shape\":[1],\"data\":\"x\"}}", ErrorCode.ContractFieldType)]
    public void Refuses(string json, string code) => HlxAssert.Refuses(code, () => ContractValidator.Validate(Json.Decode(json)));
}
