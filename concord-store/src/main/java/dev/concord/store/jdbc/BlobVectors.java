package dev.concord.store.jdbc;

import dev.concord.store.Embeddings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Vectors as bytes: 32-bit floats, little-endian. Ranked by a scan. */
final class BlobVectors implements VectorColumn {
    @Override
    public String parameter() {
        return "?";
    }

    @Override
    public void set(PreparedStatement statement, int index, float @Nullable [] vector) throws SQLException {
        if (vector == null) {
            statement.setBytes(index, null);
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        statement.setBytes(index, bytes.array());
    }

    @Override
    public float[] get(ResultSet row, int index) throws SQLException {
        float[] vector = new float[Embeddings.DIMENSIONS];
        ByteBuffer.wrap(row.getBytes(index))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(vector);
        return vector;
    }

    @Override
    public boolean ranks() {
        return false;
    }

    @Override
    public void beforeRanking(Connection connection, int limit) {
        throw new UnsupportedOperationException("ranked by a scan");
    }

    @Override
    public String ranking() {
        return "exact scan";
    }
}
