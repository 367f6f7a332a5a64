package dev.concord.server.http;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.admin.Administration;
import dev.concord.server.config.Config;
import dev.concord.server.history.History;
import dev.concord.server.input.InputBudget;
import dev.concord.server.input.NewRooms;
import dev.concord.server.room.Frames;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.room.RoomLoops;
import dev.concord.server.ws.EventLoops;
import dev.concord.server.ws.NettyFrames;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port. Its event loops exist from the start, since rooms live on them; it listens from {@link #listen} on. */
public final class HttpServer implements AutoCloseable {
    /** For the port's loop to let go of the port. */
    private static final Duration UNBINDING = Duration.ofSeconds(1);
    /** What loops that are cut off at the deadline may need to end. */
    private static final Duration GRACE = Duration.ofMillis(500);
    /** How long the loops must have had nothing to do before they end. */
    private static final Duration QUIET = Duration.ofMillis(50);
    /**
     * Connections change their event loop when they become WebSockets: of Netty's allocators the one that has been proven longest,
     * unless Netty's own setting names another.
     */
    private static final ByteBufAllocator ALLOCATOR = System.getProperty("io.netty.allocator.type") == null
            ? PooledByteBufAllocator.DEFAULT
            : ByteBufAllocator.DEFAULT;

    /** Buffers grow by doubling, and answers need some, too. */
    private static final int DIRECT_MEMORY_PARTS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    /** Long answers that wait to be taken may have so large a part of the heap. */
    private static final int HEAP_PARTS = 8;

    private final Config config;
    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends ServerChannel> channelType;
    private final EventLoops loops;
    private final Frames frames = new NettyFrames(ALLOCATOR);
    private final ConnectionLimit connections;
    private final InputBudget input;
    private final NewRooms newRooms;
    private final LargeAnswers answers = new LargeAnswers(Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    private final RefusedUpgrades refusedUpgrades;
    private @Nullable Channel channel;

    /**
     * Starts the event loops.
     *
     * @param config where to listen, and the limits
     * @param upgradeRefused counts a WebSocket that was not let in, by its reason; thread-safe
     */
    public HttpServer(Config config, Consumer<String> upgradeRefused) {
        this.config = config;
        this.refusedUpgrades = new RefusedUpgrades(upgradeRefused, System::nanoTime);
        IoHandlerFactory io;
        if (Epoll.isAvailable()) {
            io = EpollIoHandler.newFactory();
            channelType = EpollServerSocketChannel.class;
        } else {
            io = NioIoHandler.newFactory();
            channelType = NioServerSocketChannel.class;
        }
        group = new MultiThreadIoEventLoopGroup(io);
        loops = new EventLoops(group);
        newRooms = new NewRooms(
                config.limits().connections().newRooms().perAddress(),
                config.limits().connections().newRooms().perServer(),
                System::nanoTime);
        input = budget(config.limits().connections().inputBytes());
        connections = new ConnectionLimit(config.limits().connections().perAddress());
    }

    /** Never more than a part of the memory that buffers can have at all. */
    private static InputBudget budget(long configured) {
        long available = PlatformDependent.maxDirectMemory() / DIRECT_MEMORY_PARTS;
        if (configured > available) {
            LOG.info(
                    "unfinished input is limited to {} bytes, a quarter of the direct memory, instead of {}; more direct memory allows more",
                    available,
                    configured);
        }
        long bytes = Math.min(configured, available);
        return new InputBudget(bytes, bytes / 2);
    }

    /**
     * What connections hold of input that is not complete.
     *
     * @return thread-safe
     */
    public InputBudget input() {
        return input;
    }

    /**
     * The rooms that are created.
     *
     * @return thread-safe
     */
    public NewRooms newRooms() {
        return newRooms;
    }

    /**
     * Long answers that their clients have not taken yet.
     *
     * @return their bytes; thread-safe
     */
    public long answerBytes() {
        return answers.bytes();
    }

    /**
     * The event loops as room loops.
     *
     * @return one for each room id
     */
    public RoomLoops loops() {
        return loops;
    }

    /**
     * The encoder of frames that this port's members write.
     *
     * @return thread-safe
     */
    public Frames frames() {
        return frames;
    }

    /**
     * Opens the port.
     *
     * @param rooms answers for rooms
     * @param access lets people in
     * @param administration decides who may do what; null where nothing can be decided
     * @param metrics gives the Prometheus text
     * @param readiness completes with what is not ready, empty when all is
     * @param history answers for versions of rooms
     * @param keeping answers for what is kept of rooms
     * @param ai answers what models are asked for
     * @param blocking runs what blocks
     * @param readers runs what takes time in proportion to a document
     * @return the port that was taken
     * @throws IOException when the address cannot be listened on
     */
    public int listen(
            RoomDirectory rooms,
            Access access,
            @Nullable Administration administration,
            Supplier<String> metrics,
            Supplier<CompletableFuture<String>> readiness,
            History history,
            RoomKeeping keeping,
            AiServices ai,
            Executor blocking,
            Executor readers)
            throws IOException {
        Services services = new Services(
                rooms,
                access,
                administration,
                loops,
                new Pages(),
                new Requests(new Origins(config.allowedOrigins())),
                metrics,
                config.auth().metrics(),
                readiness,
                blocking,
                readers,
                input,
                newRooms,
                config.limits());
        RouteTable routes = routes(services, history, keeping, ai);
        Hosts hosts = new Hosts(config.allowedHosts());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(channelType)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, ALLOCATOR)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel child) {
                        if (!connections.admit(child)) {
                            refusedUpgrades.tooManyConnections(child);
                            child.close();
                            return;
                        }
                        InputBudget.Account account = input.open(
                                ConnectionLimit.counted(child),
                                () -> child.eventLoop().execute(() -> {
                                    child.close();
                                }));
                        child.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new BodyGate(routes, account))
                                .addLast(new HttpObjectAggregator(
                                        config.limits().http().bodyBytes()))
                                .addLast(new HttpHandler(routes, hosts, refusedUpgrades, config.limits(), answers));
                    }
                });
        try {
            Channel opened = bootstrap.bind(config.host(), config.port()).sync().channel();
            channel = opened;
            return ((InetSocketAddress) opened.localAddress()).getPort();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening the port", e);
        } catch (Exception e) {
            // Netty throws the bind's checked exception as it is.
            throw new IOException(e.getMessage(), e);
        }
    }

    /** All routes of the port. */
    static RouteTable routes(Services services, History history, RoomKeeping keeping, AiServices ai) {
        OperatorRoutes operator = new OperatorRoutes(services);
        RouteTable table = new RouteTable(
                operator::page,
                new Gate(services.access(), services.metricsToken()),
                services.limits().http().bodyBytes());
        operator.addTo(table);
        new RoomRoutes(services).addTo(table);
        new AccessRoutes(services.administration(), services.requests()).addTo(table);
        new CatalogueRoutes(services, keeping).addTo(table);
        new HistoryRoutes(history, services.requests()).addTo(table);
        new AiRoutes(ai, services.requests()).addTo(table);
        return table;
    }

    /** Takes no more connections; those that are open go on. Waits for a second at most, when the port's loop is stuck in a task. */
    public void stopAccepting() {
        stopAccepting(UNBINDING);
    }

    private void stopAccepting(Duration deadline) {
        if (channel != null && !channel.close().awaitUninterruptibly(deadline.toMillis())) {
            LOG.warn("the port is still open after {} ms: its event loop is stuck in a task", deadline.toMillis());
        }
    }

    /** Ends the event loops and whatever is still connected, within the configured time. */
    @Override
    public void close() {
        close(config.limits().shutdown());
    }

    /**
     * Ends the event loops and whatever is still connected. Returns soon after the deadline at the latest; a loop that is stuck in a task
     * ends after that task.
     *
     * @param deadline after which tasks that wait are left undone
     */
    public void close(Duration deadline) {
        long max = Math.max(QUIET.toMillis(), deadline.toMillis());
        stopAccepting(Duration.ofMillis(Math.min(max, UNBINDING.toMillis())));
        boolean ended = group.shutdownGracefully(QUIET.toMillis(), max, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(max + GRACE.toMillis());
        if (!ended) {
            LOG.warn(
                    "an event loop is still stuck in a task {} ms after its end was asked for", max + GRACE.toMillis());
        }
    }
}
