"""Everything that crosses from threads and other processes into Qt.

What pages use (all on the GUI thread):

    tasks.Tasks     run(call, on_success=None, on_failure=None) -> Task
                    blocking calls on worker threads, answers on the GUI thread
    live.LiveFeed   signals result(Result), camera_status(CameraStatus), cameras_changed(),
                    counted(Counted), judged(Judged), counts_changed(),
                    alarm(AlarmRecord), health(HealthSample), disputes_changed(),
                    missed(int)
    edges.EdgeLink  one edge: .port (client.edge.EdgeClient), .tasks, .live, .info, .state,
                    .cameras (kept current), .camera(id), .alarms, .health
                    signals state_changed(), cameras_changed(), alarms_changed(),
                    health_changed()
    edges.Edges     all edges: .links, .link(edge_id), .cameras() -> [(link, camera)]
                    signals links_changed(), cameras_changed(), alarms_changed(),
                    state_changed()
    frames          pictures of one camera for a tile

A presenter takes an ``EdgeLink`` and calls, for example::

    link.tasks.run(partial(link.port.disputes, "open"), self._show, self._refused)
    link.live.disputes_changed.connect(self.reload)

Tests build the link with ``tests/support/fake_edge.py``: ``fake_link(qtbot)`` returns an
``EdgeLink`` whose port is a ``FakeEdge`` (same methods as ``EdgeClient``) and whose calls
run at once on the calling thread.
"""
