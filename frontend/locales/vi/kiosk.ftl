kiosk-next = Người tiếp theo
kiosk-idle = Ông/bà còn ở đó không?
    .lead = Sau { $number } giây, mọi nội dung vừa nhập sẽ được xóa để dành cho người tiếp theo.
kiosk-stay = Tôi vẫn đang trả lời
kiosk-waiting = Số phiếu trên máy này đang chờ gửi: { $count }
