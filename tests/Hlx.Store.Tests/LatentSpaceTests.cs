using CsCheck;
using Hlx.Testing;

namespace Hlx.Store.Tests;

public sealed class LatentSpaceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LatentSpace _space;

    public LatentSpaceTests() => _space = LatentSpace.Open(_folder.Path);

    public void Dispose()
    {
        _space.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Resolve_inverts_collapse() => Gens.Value.Sample(value =>
    {
        using LatentSpace space = LatentSpace.InMemory();
        Handle handle = Collapsible(value) ? space.Collapse(value) : space.Collapse(HlxValue.Array(value));
        return space.Resolve(handle) == (Collapsible(value) ? value : HlxValue.Array(value)) && space.Resolve(handle) == space.Resolve(handle);
    }, iter: 1_000);

    [Fact]
    public void Collapsing_twice_gives_one_handle() => Assert.Equal(_space.Collapse("x"), _space.Collapse("x"));

    [Fact]
    public void An_unknown_handle_is_not_found()
    {
        Assert.Equal(1401, ErrorCode.NumberOf(HlxAssert.Refuses(ErrorCode.HandleNotFound, () => _space.Resolve(Handle.Of(42))).Code));
        HlxAssert.Refuses(ErrorCode.HandleInvalid, () => _space.Resolve(new Handle("&h_nonexistent")));
    }

    [Fact]
    public void A_tensor_is_stored_with_its_data()
    {
        Tensor tensor = Tensor.From(new float[,] { { 1, 2 }, { 3, 4 } });
        Handle handle = _space.Collapse(tensor);
        Assert.Equal(tensor.Data.ToArray(), _space.ResolveTensor(handle).Data.ToArray());
        Assert.Equal(tensor.Data.ToArray(), _space.Resolve(tensor.DataHandle).AsBytes().ToArray());
        Assert.Equal("f32[2,2]", _space.ResolveTensor(handle).ToString());
    }

    [Fact]
    public void Nested_arrays_resolve_as_a_tensor() =>
        Assert.Equal(new float[,] { { 1, 2 } }, _space.ResolveTensor(_space.Collapse(HlxValue.From(new[,] { { 1.0, 2.0 } }))).ToMatrix());

    [Fact]
    public void A_tensor_whose_shape_does_not_fit_its_data_is_refused()
    {
        Handle data = _space.CollapseBlob(new byte[7]);
        Handle tensor = _space.Collapse(HlxValue.Object(("950", HlxValue.Object(("dtype", "f32"), ("shape", HlxValue.Array(2)), ("data", data)))));
        HlxAssert.Refuses(ErrorCode.TensorInvalid, () => _space.ResolveTensor(tensor));
    }

    [Fact]
    public void A_refused_contract_leaves_the_store_as_it_was()
    {
        Dictionary<string, string> before = _folder.Fingerprint();
        HlxAssert.Refuses(ErrorCode.ContractFieldMissing, () => _space.Collapse(Json.Decode("{\"900\":{}}")));
        Assert.Equal(before, _folder.Fingerprint());
    }

    [Fact]
    public void Equal_contents_have_equal_snapshots()
    {
        _space.Collapse("a");
        Handle first = _space.Snapshot();
        Assert.Equal(first, _space.Snapshot());
        _space.Collapse("b");
        Handle second = _space.Snapshot();
        Assert.NotEqual(first, second);
        HlxValue handles = _space.Resolve(second).AsObject()["801"].AsObject()["handles"];
        Assert.Equal(new[] { Handle.Of("a").Text, Handle.Of("b").Text }.Order(StringComparer.Ordinal), handles.AsArray().ToArray().Select(item => item.AsText()));
    }

    [Fact]
    public void A_transaction_stores_all_at_commit()
    {
        using LatentTransaction transaction = _space.BeginTransaction();
        Handle value = transaction.Collapse("a");
        Handle tensor = transaction.Collapse(Tensor.From([1f]));
        Assert.Equal("a", transaction.Resolve(value).AsText());
        Assert.Empty(_space.Store.List());
        transaction.Commit();
        Assert.Equal(3, _space.Store.List().Count());
        Assert.Equal(1f, _space.ResolveTensor(tensor).AsSpan<float>()[0]);
        HlxAssert.Refuses(ErrorCode.TransactionEnded, transaction.Commit);
    }

    [Fact]
    public void A_dropped_transaction_stores_nothing()
    {
        LatentTransaction transaction = _space.BeginTransaction();
        transaction.Collapse("a");
        transaction.Dispose();
        Assert.Empty(_space.Store.List());
        HlxAssert.Refuses(ErrorCode.TransactionEnded, () => transaction.Collapse("b"));
    }

    [Fact]
    public void A_transaction_that_fails_stores_nothing_and_can_be_tried_again()
    {
        using LatentTransaction transaction = _space.BeginTransaction();
        transaction.Collapse("a");
        transaction.Collapse("b");
        File.WriteAllText(_folder["staging"], "in the way");
        HlxAssert.Refuses(ErrorCode.StoreIo, transaction.Commit);
        Assert.Empty(_space.Store.List());
        File.Delete(_folder["staging"]);
        transaction.Commit();
        Assert.Equal(2, _space.Store.List().Count());
    }

    private static bool Collapsible(HlxValue value) => ContractValidator.IdOf(value) is not (900 or 901 or 902 or 950);
}
