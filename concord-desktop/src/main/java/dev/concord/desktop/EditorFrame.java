package dev.concord.desktop;

import dev.concord.client.ConcordSession;
import dev.concord.client.ConnectionState;
import dev.concord.client.Origin;
import dev.concord.client.Orphaned;
import dev.concord.client.Peer;
import dev.concord.client.Refused;
import dev.concord.client.SessionListener;
import dev.concord.client.Status;
import dev.concord.client.Transport;
import dev.concord.crdt.TextChange;
import java.awt.BorderLayout;
import java.awt.Color;
import java.awt.Component;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.Font;
import java.awt.Toolkit;
import java.awt.datatransfer.StringSelection;
import java.awt.event.ActionEvent;
import java.awt.event.InputEvent;
import java.awt.event.KeyEvent;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.swing.AbstractAction;
import javax.swing.Action;
import javax.swing.BorderFactory;
import javax.swing.Box;
import javax.swing.BoxLayout;
import javax.swing.JButton;
import javax.swing.JFileChooser;
import javax.swing.JFrame;
import javax.swing.JLabel;
import javax.swing.JOptionPane;
import javax.swing.JPanel;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;
import javax.swing.JTextField;
import javax.swing.JToggleButton;
import javax.swing.KeyStroke;
import javax.swing.WindowConstants;

/** One window in one room: the text, who is here, and how it stands with the server. Everything on Swing's event thread. */
final class EditorFrame extends JFrame {
    private static final long serialVersionUID = 1L;
    private static final int PEOPLE_HEIGHT = 28;
    private static final Color PAGE = new Color(0xf8fafc);
    private static final Color INK = new Color(0x0f172a);
    private static final Color GOOD = new Color(0x166534);
    private static final Color WAITING = new Color(0x92400e);
    private static final Color BAD = new Color(0x991b1b);

    private final transient URI server;
    private final String room;
    private final transient Path folder;
    private final transient Transport transport;
    private final SharedTextArea area = new SharedTextArea();
    private final JTextField name = new JTextField(14);
    private final JToggleButton offline = new JToggleButton("Go offline");
    private final JPanel people = new JPanel(new FlowLayout(FlowLayout.LEADING, 6, 2));
    private final JLabel status = new JLabel(" ");
    private final JLabel count = new JLabel(" ");
    private final JPanel notice = new JPanel(new BorderLayout(8, 4));
    private final JTextArea noticeText = new JTextArea();
    private final JPanel noticeButtons = new JPanel(new FlowLayout(FlowLayout.LEADING, 6, 0));
    private final transient Action undo = action("Undo", KeyEvent.VK_U, this::undo);
    private final transient Action redo = action("Redo", KeyEvent.VK_R, this::redo);
    private transient ConcordSession session;
    private transient TextBinding binding;

    EditorFrame(URI server, String room, String user, Path folder, Transport transport) {
        super(room + " \u2013 Concord");
        this.server = server;
        this.room = room;
        this.folder = folder;
        this.transport = transport;
        name.setText(user);
        layOut();
        bindKeys();
        setDefaultCloseOperation(WindowConstants.DISPOSE_ON_CLOSE);
        addWindowListener(new WindowAdapter() {
            @Override
            public void windowOpened(WindowEvent event) {
                area.requestFocusInWindow();
            }

            @Override
            public void windowClosed(WindowEvent event) {
                // What is not sent stays in the outbox and goes out when the room is opened again.
                end();
            }
        });
        session = begin();
        binding = new TextBinding(area, session);
        connect();
    }

    ConcordSession session() {
        return session;
    }

    private ConcordSession begin() {
        return ConcordSession.builder(server, room, new SwingLoop(), transport)
                .outbox(OutboxFiles.open(folder, server, room))
                .listener(new Listening())
                .build();
    }

    private void connect() {
        area.show(session);
        announceUser();
        session.open();
        showText();
    }

    private void end() {
        binding.release();
        session.close();
    }

    /** Leaves the history that the room had for the one that it has now. */
    private void openNewHistory() {
        end();
        session = begin();
        binding = new TextBinding(area, session);
        connect();
    }

    private void announceUser() {
        String user = name.getText().strip();
        session.setUser(user.isEmpty() ? "anonymous" : user, People.colorFor(user));
    }

    private void toggleOffline() {
        Status now = session.status();
        if (now.connection() == ConnectionState.OFFLINE) {
            session.open();
        } else if (now.connection() == ConnectionState.STOPPED) {
            session.open();
        } else {
            // What is typed from here on is taken back by itself.
            session.endGroup();
            session.goOffline();
        }
        area.requestFocusInWindow();
    }

    private void undo() {
        session.undo();
    }

    private void redo() {
        session.redo();
    }

    private void showStatus(Status now) {
        status.setText(StatusText.of(now));
        status.setForeground(
                now.saved() ? GOOD : now.connection() == ConnectionState.STOPPED || now.refused() > 0 ? BAD : WAITING);
        status.getAccessibleContext().setAccessibleDescription(status.getText());
        boolean away = now.connection() == ConnectionState.OFFLINE || now.connection() == ConnectionState.STOPPED;
        offline.setSelected(now.connection() == ConnectionState.OFFLINE);
        offline.setText(
                !away ? "Go offline" : now.connection() == ConnectionState.OFFLINE ? "Reconnect" : "Open again");
        // What is typed into a text that the room does not have any more would be nowhere.
        area.setEditable(!now.replaced() && !now.readOnly());
        offline.setEnabled(!now.replaced());
        enableUndo();
        if (now.replaced()) {
            say(
                    now.reason()
                            + " What you see is the text as this window had it. It cannot be changed until you choose.",
                    action("Put the text back", 0, this::putBack),
                    action("Download\u2026", 0, this::download),
                    action("Open the new one", 0, this::openNewHistory));
        } else if (now.connection() == ConnectionState.STOPPED && !now.reason().equals("closed")) {
            say(now.reason(), action("Try again", 0, this::toggleOffline));
        } else if (now.orphaned() > 0) {
            say(
                    "Some edits belong to an earlier document of this name and were not merged.",
                    action("Show them\u2026", 0, this::offerAside));
        } else if (now.connection() == ConnectionState.RECONNECTING
                && !now.reason().isEmpty()) {
            say(now.reason(), action("Try now", 0, session::reconnectNow));
        } else if (now.readOnly() && now.unsent() > 0) {
            say(
                    "You may only read this document. What you typed is kept, and sent when you may write in it.",
                    action("Download\u2026", 0, this::download));
        } else if (now.refused() == 0) {
            notice.setVisible(false);
        }
    }

    /** Shows a sentence and what can be done; the same one again leaves the buttons, and the focus on them, alone. */
    private void say(String text, Action... choices) {
        if (notice.isVisible() && noticeText.getText().equals(text)) {
            return;
        }
        noticeText.setText(text);
        noticeButtons.removeAll();
        for (Action choice : choices) {
            noticeButtons.add(new JButton(choice));
        }
        notice.setVisible(true);
        notice.revalidate();
    }

    private Action dismissing() {
        return action("Dismiss", 0, () -> notice.setVisible(false));
    }

    private void putBack() {
        session.putBack();
        area.requestFocusInWindow();
    }

    private void download() {
        JFileChooser chooser = new JFileChooser();
        chooser.setSelectedFile(new File(room + ".txt"));
        if (chooser.showSaveDialog(this) == JFileChooser.APPROVE_OPTION) {
            try {
                Files.writeString(chooser.getSelectedFile().toPath(), session.text());
            } catch (IOException e) {
                JOptionPane.showMessageDialog(this, "The file could not be written: " + e.getMessage());
            }
        }
    }

    private void enableUndo() {
        boolean writable = area.isEditable();
        undo.setEnabled(writable && session.canUndo());
        redo.setEnabled(writable && session.canRedo());
    }

    private void offerAside() {
        String text = session.orphaned().stream()
                .map(Orphaned::typed)
                .flatMap(List::stream)
                .collect(Collectors.joining("\n\u2026\n"));
        JTextArea shown = new JTextArea(text, 12, 50);
        shown.setEditable(false);
        Object[] choices = {"Copy and discard", "Discard", "Keep"};
        int chosen = JOptionPane.showOptionDialog(
                this,
                new JScrollPane(shown),
                "Edits that were not merged",
                JOptionPane.DEFAULT_OPTION,
                JOptionPane.PLAIN_MESSAGE,
                null,
                choices,
                choices[0]);
        if (chosen == 0) {
            Toolkit.getDefaultToolkit().getSystemClipboard().setContents(new StringSelection(text), null);
        }
        if (chosen == 0 || chosen == 1) {
            session.discardOrphaned();
        }
    }

    private void showText() {
        int length = session.length();
        count.setText(String.format("%,d %s", length, length == 1 ? "character" : "characters"));
        enableUndo();
    }

    private void showPeers(List<Peer> peers) {
        area.peersChanged(peers);
        people.removeAll();
        // As high as with people in it, so that the text does not jump when somebody comes.
        people.add(Box.createVerticalStrut(PEOPLE_HEIGHT));
        people.add(new JLabel(peers.isEmpty() ? "Nobody else is here" : "Here:"));
        for (Peer peer : peers) {
            JButton button = new JButton(peer.user());
            button.setForeground(People.color(peer.color()));
            button.setToolTipText("Go to the caret of " + peer.user());
            button.addActionListener(event -> {
                area.setCaretPosition(session.caretOf(peer));
                area.requestFocusInWindow();
            });
            people.add(button);
        }
        people.revalidate();
        people.repaint();
    }

    private void layOut() {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
        area.setName("text");
        area.getAccessibleContext().setAccessibleName("Text of " + room);
        area.setFont(font);
        area.setForeground(INK);
        area.setMargin(new java.awt.Insets(20, 16, 12, 16));
        name.setName("name");
        name.getAccessibleContext().setAccessibleName("Your name");
        name.addActionListener(event -> announceUser());
        name.addFocusListener(new java.awt.event.FocusAdapter() {
            @Override
            public void focusLost(java.awt.event.FocusEvent event) {
                announceUser();
            }
        });
        offline.setName("offline");
        offline.setMnemonic(KeyEvent.VK_O);
        offline.addActionListener(event -> toggleOffline());
        status.setName("status");
        status.setFont(status.getFont().deriveFont(Font.BOLD));

        JPanel bar = new JPanel(new FlowLayout(FlowLayout.LEADING, 6, 4));
        JLabel nameLabel = new JLabel("Name");
        nameLabel.setLabelFor(name);
        nameLabel.setDisplayedMnemonic(KeyEvent.VK_N);
        bar.add(nameLabel);
        bar.add(name);
        bar.add(new JButton(undo));
        bar.add(new JButton(redo));
        bar.add(offline);
        noticeText.setForeground(BAD);
        noticeText.setName("notice");
        noticeText.setFont(status.getFont());
        noticeText.setEditable(false);
        noticeText.setLineWrap(true);
        noticeText.setWrapStyleWord(true);
        noticeText.setOpaque(false);
        noticeButtons.setOpaque(false);
        notice.setBorder(BorderFactory.createEmptyBorder(4, 10, 4, 10));
        notice.add(noticeText, BorderLayout.CENTER);
        notice.add(noticeButtons, BorderLayout.PAGE_END);
        notice.setVisible(false);
        JPanel top = new JPanel();
        top.setLayout(new BoxLayout(top, BoxLayout.PAGE_AXIS));
        for (JPanel row : List.of(bar, people, notice)) {
            row.setAlignmentX(Component.LEFT_ALIGNMENT);
            row.setBackground(PAGE);
            top.add(row);
        }
        JPanel bottom = new JPanel();
        bottom.setLayout(new BoxLayout(bottom, BoxLayout.LINE_AXIS));
        bottom.setBackground(PAGE);
        bottom.setBorder(BorderFactory.createEmptyBorder(6, 12, 6, 12));
        bottom.add(status);
        bottom.add(Box.createHorizontalGlue());
        bottom.add(count);
        JScrollPane scroll = new JScrollPane(area);
        scroll.setBorder(BorderFactory.createMatteBorder(1, 0, 1, 0, new Color(0xcbd5e1)));
        add(top, BorderLayout.PAGE_START);
        add(scroll, BorderLayout.CENTER);
        add(bottom, BorderLayout.PAGE_END);
        showNobody();
        setPreferredSize(new Dimension(760, 560));
        pack();
        setLocationByPlatform(true);
    }

    private void showNobody() {
        people.add(Box.createVerticalStrut(PEOPLE_HEIGHT));
        people.add(new JLabel("Nobody else is here"));
    }

    private void bindKeys() {
        int menu = Toolkit.getDefaultToolkit().getMenuShortcutKeyMaskEx();
        bind(KeyStroke.getKeyStroke(KeyEvent.VK_Z, menu), undo);
        bind(KeyStroke.getKeyStroke(KeyEvent.VK_Y, menu), redo);
        bind(KeyStroke.getKeyStroke(KeyEvent.VK_Z, menu | InputEvent.SHIFT_DOWN_MASK), redo);
        // Tab types a tab in the text; this leads on to the buttons, and back.
        bind(KeyStroke.getKeyStroke(KeyEvent.VK_F6, 0), action("Leave the text", 0, name::requestFocusInWindow));
    }

    private void bind(KeyStroke key, Action action) {
        area.getInputMap().put(key, key);
        area.getActionMap().put(key, action);
    }

    private static Action action(String label, int mnemonic, Runnable what) {
        Action action = new AbstractAction(label) {
            private static final long serialVersionUID = 1L;

            @Override
            public void actionPerformed(ActionEvent event) {
                what.run();
            }
        };
        if (mnemonic != 0) {
            action.putValue(Action.MNEMONIC_KEY, mnemonic);
        }
        return action;
    }

    private final class Listening implements SessionListener {
        @Override
        public void textChanged(List<TextChange> changes, Origin origin) {
            showText();
            area.repaint();
        }

        @Override
        public void statusChanged(Status now) {
            showStatus(now);
        }

        @Override
        public void peersChanged(List<Peer> peers) {
            showPeers(peers);
        }

        @Override
        public void refused(Refused refused) {
            say("The server refused an edit: " + refused.message(), dismissing());
        }

        @Override
        public void fault(Exception fault) {
            say("Something went wrong: " + fault.getMessage(), dismissing());
        }
    }
}
