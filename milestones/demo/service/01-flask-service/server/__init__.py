"""The booking service of the guest harbour at Lyngvik."""
