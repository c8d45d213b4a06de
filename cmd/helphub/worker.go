package main

import (
	"context"
	"fmt"
	"time"

	"helphub/internal/worker"
)

type workerCmd struct{}

// Run works through the queue until ctx ends. It needs the database of the web
// instances: the same DATABASE_URL, or on the same machine the same data folder.
func (workerCmd) Run(ctx context.Context, p *program) error {
	m, err := p.openMeter(ctx)
	if err != nil {
		return err
	}
	defer m.close()
	h, err := p.build(ctx, m.query())
	if err != nil {
		return stopped(ctx, err)
	}
	defer h.close(ctx)
	m.measureHouse(h)
	w, err := h.startWorker(ctx, m)
	if err != nil {
		return stopped(ctx, err)
	}
	fmt.Fprintln(p.out, "HelpHub works through the queue")
	<-ctx.Done()
	h.stopWorker(ctx, w)
	return nil
}

func (h *house) startWorker(ctx context.Context, m *meter) (*worker.Worker, error) {
	w, err := worker.New(worker.Options{
		DB: h.db.DB, Ledger: h.ledger, Desk: h.desk, Office: h.office, Log: quieter(h.log), Observe: m.job(),
	})
	if err != nil {
		return nil, err
	}
	return w, w.Start(ctx)
}

// workerLimit is how long a worker may take to stop: its jobs have ten seconds
// to finish, and some more to be cut off.
const workerLimit = 15 * time.Second

func (h *house) stopWorker(ctx context.Context, w *worker.Worker) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), workerLimit)
	defer cancel()
	if err := w.Stop(ctx); err != nil {
		h.log.WarnContext(ctx, "jobs did not end and will be taken up again", "error", err)
	}
}
